"""What commands are called with, for the end of their --help; by what follows `sqlrag`."""

EXAMPLES = {
    "ingest": """
  sqlrag ingest report.pdf notes/              a file and a folder
  sqlrag ingest "papers/**/*.pdf" --tag paper  a glob
  curl -s https://example.org | sqlrag ingest - --key example.org --media-type text/html
  sqlrag ingest notes/ --metadata '{"year": 2023}' --json
""",
    "ask": """
  sqlrag ask "What were the net sales in 2023?"
  sqlrag ask "Who kept the light?" --stream --filter '{"tags": ["history"]}'
  sqlrag ask "..." --context-only | less       what a model would be given
  sqlrag ask "..." --json | jq .references
""",
    "search": """
  sqlrag search "net sales third quarter"
  sqlrag search lamp --top-k 3 --json | jq '.chunks[].content'
  sqlrag search "Who kept the lamp?" --mode mix --hops 2 --explain
""",
    "delete": """
  sqlrag delete 12 notes/old.md         by id, by path
  sqlrag delete --key 2023              by a source key that looks like an id
  sqlrag delete --all -w demo
""",
    "extraction": """
  sqlrag extraction                              what is in force
  sqlrag extraction --entity-type person --entity-type court --language German
  sqlrag extraction --gleaning-rounds 0          one call per chunk
  sqlrag extraction --reset language --reset entity_types
""",
    "graph": """
  sqlrag graph popular                      what the documents speak of most
  sqlrag graph show "Paul Graham"           what one of it is
  sqlrag graph path "Paul Graham" Yahoo     how two are connected, in quotes
  sqlrag graph export -o graph.graphml
""",
    "graph path": """
  sqlrag graph path "Paul Graham" "Robert Morris"
  sqlrag graph path "Paul Graham" Yahoo --max-hops 6 --json
""",
    "graph edit": """
  sqlrag graph edit Viaweb --type company
  sqlrag graph edit Viaweb --description "It made shops for the web."
""",
    "graph merge": """
  sqlrag graph merge "Robert Moris" "R. Morris" --into "Robert Morris"
  sqlrag graph duplicates                     lists candidates
""",
    "graph split": """
  sqlrag graph split Mercury "Mercury (planet)" --document astronomy/planets.html
""",
    "graph relate": """
  sqlrag graph relate "Paul Graham" Viaweb --keywords founder --weight 3
  sqlrag graph relate "Paul Graham" Viaweb --edit --description "He founded it in 1995."
""",
    "graph export": """
  sqlrag graph export -o graph.graphml                    for networkx, Gephi, Cytoscape
  sqlrag graph export --format csv -o tables              tables/entities.csv, tables/relations.csv
  sqlrag graph export --format jsonl | gzip > graph.jsonl.gz
""",
    "graph import": """
  sqlrag graph import engines.json
  sqlrag graph import engines.json --key engines   all chunks as one document of this key
  jq .custom_kg dump.json | sqlrag graph import -

\b
The file holds one object, in the shape of LightRAG's insert_custom_kg:
  {"chunks": [{"content": "…", "source_id": "c1", "file_path": "letters"}],
   "entities": [{"entity_name": "Ada", "entity_type": "person", "source_id": "c1"}],
   "relationships": [{"src_id": "Ada", "tgt_id": "Babbage", "source_id": "c1"}]}
""",
    "migrate": """
  sqlrag migrate               to the newest schema
  sqlrag migrate -1            one revision back
  sqlrag migrate base --yes    all the way back
""",
    "psql": """
  sqlrag psql
  sqlrag psql -c "SELECT rank, title FROM rag.search('default', 'lamp')"
  sqlrag psql --csv -c "SELECT title, chunk_count FROM rag.documents"
""",
    "embed": """
  sqlrag psql -c "SELECT title, content
    FROM rag.search('default', 'storm', '$(sqlrag embed storm)'::vector)"
""",
}

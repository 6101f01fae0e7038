from sqlrag.cli import main

main(prog_name="sqlrag")

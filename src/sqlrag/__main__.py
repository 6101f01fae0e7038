from sqlrag.doors.cli import main

main(prog_name="sqlrag")

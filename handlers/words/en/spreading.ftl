spread-left = { $n ->
    [0] All tables are spread. Nothing is left to do.
    [one] Spreading the tables: one statement is left to run. Print it with cleaned spread --sql
   *[other] Spreading the tables: { $n } statements are left to run. Print them with cleaned spread --sql
}
spread-extension = On every server:
spread-nodes = Run these with the names of your servers, as the workers reach them; without them, all stays here. A line for each worker:
spread-schema = The tables of another workspace:
spread-keys = The contacts of an audience may be on another server than its row:
spread-undo = A former version of the document spread this table to every server, which made all audiences wait for each other:
spread-local = These stay here. Citus has to know them, so that a transaction is committed everywhere or nowhere:
spread-spread = By audience, the rows of one audience together:
spread-old-rows = What was here before stays on this server’s disk otherwise:
error-spread-sqlite = A SQLite file can’t be spread over several servers. Set DATABASE_URL to a PostgreSQL database and run this again.

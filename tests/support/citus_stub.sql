-- The functions of Citus that `cleaned spread --sql` calls, and the catalogs that it reads. They spread nothing. They
-- refuse what Citus refuses.
SET allow_system_table_mods = on;
SET search_path TO pg_catalog;

CREATE TABLE pg_dist_partition (logicalrelid regclass PRIMARY KEY, partmethod "char" NOT NULL, repmodel "char" NOT NULL);
CREATE TABLE pg_dist_node (nodename text, groupid int);

CREATE FUNCTION citus_set_coordinator_host(host text, port int) RETURNS void LANGUAGE sql AS
$$ INSERT INTO pg_dist_node VALUES (host, 0) $$;

CREATE FUNCTION citus_add_node(nodename text, nodeport int) RETURNS void LANGUAGE sql AS
$$ INSERT INTO pg_dist_node VALUES (nodename, 1) $$;

CREATE FUNCTION related_by_keys(one regclass) RETURNS SETOF regclass LANGUAGE sql AS $$
    WITH RECURSIVE related(name) AS (
        SELECT one
        UNION
        SELECT CASE WHEN c.conrelid = r.name THEN c.confrelid ELSE c.conrelid END::regclass
        FROM related r JOIN pg_constraint c ON c.contype = 'f' AND r.name IN (c.conrelid, c.confrelid)
    ) SELECT name FROM related
$$;

CREATE FUNCTION citus_add_local_table_to_metadata(table_name regclass, cascade_via_foreign_keys boolean DEFAULT false)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = table_name) THEN
        RAISE 'table % is already distributed', table_name;
    ELSIF NOT cascade_via_foreign_keys AND (SELECT count(*) FROM related_by_keys(table_name)) > 1 THEN
        RAISE 'relation % is involved in a foreign key relationship with another table', table_name;
    END IF;
    INSERT INTO pg_dist_partition SELECT name, 'n', 's' FROM related_by_keys(table_name) AS name ON CONFLICT DO NOTHING;
END $$;

CREATE FUNCTION undistribute_table(table_name regclass, cascade_via_foreign_keys boolean DEFAULT false)
RETURNS void LANGUAGE sql AS
$$ DELETE FROM pg_dist_partition WHERE logicalrelid IN (SELECT related_by_keys(table_name)) $$;

CREATE FUNCTION create_distributed_table(table_name regclass, distribution_column text, colocate_with text DEFAULT 'default')
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = table_name AND partmethod = 'h') THEN
        RAISE 'table % is already distributed', table_name;
    ELSIF (SELECT count(*) FROM related_by_keys(table_name)) > 1 THEN
        RAISE 'cannot create foreign key constraint since relations are not colocated or not referencing a reference table';
    ELSIF colocate_with <> 'default'
        AND NOT EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = colocate_with::regclass AND partmethod = 'h') THEN
        RAISE 'relation % is not distributed', colocate_with;
    ELSIF EXISTS (
        SELECT FROM pg_index i WHERE i.indrelid = table_name AND (i.indisunique OR i.indisprimary) AND NOT EXISTS (
            SELECT FROM pg_attribute a
            WHERE a.attrelid = table_name AND a.attnum = ANY(i.indkey) AND a.attname = distribution_column
        )
    ) THEN
        RAISE 'cannot create constraint on %: distribution column is not in a unique constraint', table_name;
    END IF;
    DELETE FROM pg_dist_partition WHERE logicalrelid = table_name;
    INSERT INTO pg_dist_partition VALUES (table_name, 'h', 's');
END $$;

CREATE FUNCTION truncate_local_data_after_distributing_table(table_name regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = table_name AND partmethod = 'h') THEN
        RAISE 'supplied parameter is not a distributed relation: %', table_name;
    END IF;
    EXECUTE 'TRUNCATE ' || table_name;
END $$;

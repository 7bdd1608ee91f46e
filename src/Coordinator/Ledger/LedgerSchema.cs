using System.Text.RegularExpressions;

namespace Ait.Coordinator.Ledger;

/// <summary>The tables, as an append-only list of migrations: entry n brings version n to version n + 1, and back.</summary>
internal static partial class LedgerSchema
{
    // Hashes and addresses are BLOBs, wei amounts decimal TEXT (they exceed 64 bits), instants INTEGER unix milliseconds,
    // chain times (deadlines, validity) INTEGER unix seconds as the contracts hold them.
    internal static readonly IReadOnlyList<Migration> Migrations =
    [
        new(
            First,
            """
            DROP TABLE events;
            DROP TABLE cursors;
            DROP TABLE transactions;
            DROP TABLE nonces;
            DROP TABLE redemptions;
            DROP TABLE seat_outcomes;
            DROP TABLE settlement_tasks;
            DROP TABLE settlements;
            DROP TABLE agreements;
            DROP TABLE reveals;
            DROP TABLE commitments;
            DROP TABLE seats;
            DROP TABLE secrets;
            DROP TABLE tasks;
            DROP TABLE batches;
            DROP TABLE queue;
            DROP TABLE workloads;
            DROP TABLE devices;
            DROP TABLE network;
            """),
        new(
            """
            ALTER TABLE tasks ADD COLUMN settled_at INTEGER;
            CREATE INDEX tasks_settled ON tasks (settled_at) WHERE settled_at IS NOT NULL;
            """,
            """
            DROP INDEX tasks_settled;
            ALTER TABLE tasks DROP COLUMN settled_at;
            """),
        new(
            """
            ALTER TABLE workloads ADD COLUMN opening_asked INTEGER NOT NULL DEFAULT 0;
            ALTER TABLE workloads ADD COLUMN opening_refusal TEXT;
            CREATE INDEX workloads_opening ON workloads (opening_asked) WHERE opening_asked = 1;
            """,
            """
            DROP INDEX workloads_opening;
            ALTER TABLE workloads DROP COLUMN opening_refusal;
            ALTER TABLE workloads DROP COLUMN opening_asked;
            """),
        new(
            """
            CREATE TABLE enrolments (
              gpu_id BLOB PRIMARY KEY CHECK (length(gpu_id) = 32),
              class INTEGER NOT NULL,
              operator BLOB NOT NULL CHECK (length(operator) = 20),
              host_chip BLOB NOT NULL CHECK (length(host_chip) = 32),
              enclave_key BLOB NOT NULL CHECK (length(enclave_key) = 20),
              profile TEXT NOT NULL,
              platform TEXT NOT NULL,
              summary TEXT NOT NULL,
              verified_at INTEGER NOT NULL,
              valid_until INTEGER NOT NULL) STRICT, WITHOUT ROWID;
            CREATE INDEX enrolments_key ON enrolments (enclave_key);
            """,
            """
            DROP TABLE enrolments;
            """),
        new(
            """
            CREATE TABLE sessions (
              token_hash BLOB PRIMARY KEY CHECK (length(token_hash) = 32),
              account BLOB NOT NULL CHECK (length(account) = 20),
              nonce TEXT NOT NULL UNIQUE,
              expires_at INTEGER NOT NULL) STRICT;

            CREATE TABLE api_keys (
              key_id TEXT PRIMARY KEY,
              token_hash BLOB NOT NULL UNIQUE CHECK (length(token_hash) = 32),
              account BLOB NOT NULL CHECK (length(account) = 20),
              name TEXT NOT NULL,
              preview TEXT NOT NULL,
              created_at INTEGER NOT NULL,
              expires_at INTEGER,
              revoked_at INTEGER,
              daily_units INTEGER,
              total_units INTEGER) STRICT;
            CREATE INDEX api_keys_account ON api_keys (account);

            CREATE TABLE purchases (
              purchase_key INTEGER PRIMARY KEY AUTOINCREMENT,
              key_id TEXT NOT NULL REFERENCES api_keys,
              account BLOB NOT NULL CHECK (length(account) = 20),
              entry_key INTEGER NOT NULL UNIQUE REFERENCES queue,
              compute_units INTEGER NOT NULL CHECK (compute_units > 0),
              bought_at INTEGER NOT NULL) STRICT;
            CREATE INDEX purchases_account ON purchases (account);
            CREATE INDEX purchases_key ON purchases (key_id, bought_at);

            CREATE TABLE credit_ids (
              credit_id BLOB PRIMARY KEY CHECK (length(credit_id) = 32),
              opening_asked INTEGER NOT NULL,
              opened_tx BLOB,
              opening_refusal TEXT) STRICT;
            CREATE INDEX credit_ids_opening ON credit_ids (opening_asked) WHERE opening_asked = 1;

            CREATE INDEX redemptions_workload ON redemptions (workload_hash);
            """,
            """
            DROP INDEX redemptions_workload;
            DROP TABLE credit_ids;
            DROP TABLE purchases;
            DROP TABLE api_keys;
            DROP TABLE sessions;
            """),
        new(
            """
            ALTER TABLE reveals ADD COLUMN refused_bounds TEXT;
            """,
            """
            ALTER TABLE reveals DROP COLUMN refused_bounds;
            """),
        new(
            """
            CREATE TABLE seat_keys (
              task_key INTEGER NOT NULL,
              seat INTEGER NOT NULL,
              statement BLOB NOT NULL,
              said_at INTEGER NOT NULL,
              envelope BLOB,
              released_at INTEGER,
              PRIMARY KEY (task_key, seat),
              FOREIGN KEY (task_key, seat) REFERENCES seats) STRICT, WITHOUT ROWID;
            """,
            """
            DROP TABLE seat_keys;
            """),
        new(
            """
            CREATE TABLE checkpoints (
              digest BLOB PRIMARY KEY CHECK (length(digest) = 32),
              uploader BLOB NOT NULL CHECK (length(uploader) = 32),
              length INTEGER NOT NULL,
              kept_at INTEGER NOT NULL) STRICT;
            CREATE INDEX checkpoints_age ON checkpoints (kept_at);

            CREATE TABLE checkpoint_parts (
              digest BLOB NOT NULL CHECK (length(digest) = 32),
              uploader BLOB NOT NULL CHECK (length(uploader) = 32),
              part INTEGER NOT NULL,
              part_digest BLOB NOT NULL CHECK (length(part_digest) = 32),
              content BLOB NOT NULL,
              received_at INTEGER NOT NULL,
              PRIMARY KEY (digest, uploader, part)) STRICT;
            """,
            """
            DROP TABLE checkpoint_parts;
            DROP TABLE checkpoints;
            """),
        new(
            """
            DROP INDEX seats_gpu;
            CREATE INDEX seats_closed ON seats (gpu_id) WHERE open = 0;
            CREATE INDEX seats_leased ON seats (gpu_id) WHERE open = 1 AND lease_acknowledged = 1;
            CREATE INDEX tasks_committing ON tasks (commit_deadline) WHERE reveal_opened_at IS NULL AND void_reason IS NULL;
            CREATE INDEX tasks_revealing ON tasks (reveal_opened_at) WHERE result_hash IS NULL AND void_reason IS NULL;
            CREATE INDEX queue_workload ON queue (workload_hash);
            CREATE INDEX tasks_undrawn ON tasks (batch_key) WHERE phase = 1;
            CREATE VIEW history AS
              SELECT at, kind, subject, detail FROM events
              UNION ALL SELECT c.received_at, 'committed', t.task_id, 'seat ' || c.seat FROM commitments c JOIN tasks t ON t.task_key = c.task_key
              UNION ALL SELECT r.received_at, 'revealed', t.task_id, 'seat ' || r.seat FROM reveals r JOIN tasks t ON t.task_key = r.task_key WHERE r.refused_bounds IS NULL
              UNION ALL SELECT a.decided_at, 'agreed', t.task_id, ((a.matching & 1) + ((a.matching >> 1) & 1) + ((a.matching >> 2) & 1)) || ' of 3'
                FROM agreements a JOIN tasks t ON t.task_key = a.task_key;
            """,
            """
            DROP VIEW history;
            DROP INDEX tasks_undrawn;
            DROP INDEX queue_workload;
            DROP INDEX tasks_revealing;
            DROP INDEX tasks_committing;
            DROP INDEX seats_leased;
            DROP INDEX seats_closed;
            CREATE INDEX seats_gpu ON seats (gpu_id);
            """),
        new(
            """
            CREATE TABLE challenge_messages (
              challenge_id INTEGER NOT NULL,
              sender BLOB NOT NULL CHECK (length(sender) = 32),
              recipient BLOB NOT NULL CHECK (length(recipient) = 32),
              number INTEGER NOT NULL,
              content BLOB NOT NULL,
              said_at INTEGER NOT NULL,
              PRIMARY KEY (challenge_id, sender, recipient, number)) STRICT;
            CREATE INDEX challenge_messages_age ON challenge_messages (said_at);
            """,
            """
            DROP TABLE challenge_messages;
            """),
        new(
            """
            ALTER TABLE tasks DROP COLUMN answer_commitment;
            ALTER TABLE tasks DROP COLUMN escalation_secret_hash;
            """,
            // SQL makes no keccak: tasks from before the way back get another public hash of theirs, which can be read and proves nothing.
            """
            ALTER TABLE tasks ADD COLUMN answer_commitment BLOB;
            ALTER TABLE tasks ADD COLUMN escalation_secret_hash BLOB;
            UPDATE tasks SET answer_commitment = seat_secret_hash, escalation_secret_hash = seat_secret_hash;
            """),
        new(
            """
            CREATE TABLE tuning_jobs (
              job_key INTEGER PRIMARY KEY AUTOINCREMENT,
              job_id TEXT NOT NULL UNIQUE,
              key_id TEXT NOT NULL REFERENCES api_keys,
              account BLOB NOT NULL CHECK (length(account) = 20),
              model TEXT NOT NULL,
              recipe BLOB NOT NULL,
              chunk_steps INTEGER NOT NULL CHECK (chunk_steps > 0),
              suffix TEXT,
              metadata TEXT NOT NULL,
              state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 3),
              created_at INTEGER NOT NULL,
              finished_at INTEGER,
              error_code TEXT,
              error_message TEXT) STRICT;
            CREATE INDEX tuning_jobs_account ON tuning_jobs (account, job_key);
            CREATE INDEX tuning_jobs_running ON tuning_jobs (job_key) WHERE state = 0;

            CREATE TABLE tuning_chunks (
              job_key INTEGER NOT NULL REFERENCES tuning_jobs,
              first_step INTEGER NOT NULL,
              steps INTEGER NOT NULL CHECK (steps > 0),
              entry_key INTEGER NOT NULL REFERENCES queue,
              charged INTEGER NOT NULL,
              state BLOB,
              loss INTEGER,
              agreed_at INTEGER,
              PRIMARY KEY (job_key, first_step)) STRICT, WITHOUT ROWID;

            CREATE TABLE tuning_events (
              event_key INTEGER PRIMARY KEY AUTOINCREMENT,
              job_key INTEGER NOT NULL REFERENCES tuning_jobs,
              at INTEGER NOT NULL,
              level TEXT NOT NULL,
              message TEXT NOT NULL,
              step INTEGER,
              loss INTEGER) STRICT;
            CREATE INDEX tuning_events_job ON tuning_events (job_key, event_key);
            """,
            """
            DROP TABLE tuning_events;
            DROP TABLE tuning_chunks;
            DROP TABLE tuning_jobs;
            """),
        new(
            """
            ALTER TABLE tasks ADD COLUMN level INTEGER NOT NULL DEFAULT 3;
            ALTER TABLE tasks ADD COLUMN escalating_to INTEGER;
            CREATE TABLE escalations (
              task_key INTEGER NOT NULL REFERENCES tasks,
              level INTEGER NOT NULL CHECK (level BETWEEN 5 AND 7),
              state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 3),
              reason TEXT NOT NULL,
              decided_at INTEGER NOT NULL,
              not_before INTEGER NOT NULL DEFAULT 0,
              attempt INTEGER NOT NULL DEFAULT 1,
              claims INTEGER NOT NULL DEFAULT 0,
              mined_block INTEGER,
              seed_block_hash BLOB,
              seed_lost INTEGER NOT NULL DEFAULT 0,
              error TEXT,
              PRIMARY KEY (task_key, level)) STRICT, WITHOUT ROWID;
            CREATE INDEX escalations_open ON escalations (state) WHERE state < 2;
            CREATE INDEX escalations_lost ON escalations (task_key) WHERE seed_lost = 1;
            DROP VIEW history;
            CREATE VIEW history AS
              SELECT at, kind, subject, detail FROM events
              UNION ALL SELECT c.received_at, 'committed', t.task_id, 'seat ' || c.seat FROM commitments c JOIN tasks t ON t.task_key = c.task_key
              UNION ALL SELECT r.received_at, 'revealed', t.task_id, 'seat ' || r.seat FROM reveals r JOIN tasks t ON t.task_key = r.task_key WHERE r.refused_bounds IS NULL
              UNION ALL SELECT a.decided_at, 'agreed', t.task_id, ((a.matching & 1) + ((a.matching >> 1) & 1) + ((a.matching >> 2) & 1) + ((a.matching >> 3) & 1)
                  + ((a.matching >> 4) & 1) + ((a.matching >> 5) & 1) + ((a.matching >> 6) & 1)) || ' of ' || t.level
                FROM agreements a JOIN tasks t ON t.task_key = a.task_key;
            """,
            // A program that knows three seats cannot settle a task with more of them.
            """
            UPDATE queue SET state = 3 WHERE entry_key IN (SELECT entry_key FROM tasks WHERE phase IN (2, 3) AND (level > 3 OR escalating_to IS NOT NULL));
            UPDATE seats SET open = 0 WHERE task_key IN (SELECT task_key FROM tasks WHERE phase IN (2, 3) AND (level > 3 OR escalating_to IS NOT NULL));
            UPDATE tasks SET phase = 5, void_reason = 'the program was put back to one that does not escalate' WHERE phase IN (2, 3) AND (level > 3 OR escalating_to IS NOT NULL);
            DROP VIEW history;
            DROP INDEX escalations_lost;
            DROP INDEX escalations_open;
            DROP TABLE escalations;
            ALTER TABLE tasks DROP COLUMN escalating_to;
            ALTER TABLE tasks DROP COLUMN level;
            CREATE VIEW history AS
              SELECT at, kind, subject, detail FROM events
              UNION ALL SELECT c.received_at, 'committed', t.task_id, 'seat ' || c.seat FROM commitments c JOIN tasks t ON t.task_key = c.task_key
              UNION ALL SELECT r.received_at, 'revealed', t.task_id, 'seat ' || r.seat FROM reveals r JOIN tasks t ON t.task_key = r.task_key WHERE r.refused_bounds IS NULL
              UNION ALL SELECT a.decided_at, 'agreed', t.task_id, ((a.matching & 1) + ((a.matching >> 1) & 1) + ((a.matching >> 2) & 1)) || ' of 3'
                FROM agreements a JOIN tasks t ON t.task_key = a.task_key;
            """),
        new(
            """
            CREATE TABLE disclosures (
              task_key INTEGER NOT NULL REFERENCES tasks,
              seats INTEGER NOT NULL CHECK (seats IN (3, 5)),
              state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 3),
              attempt INTEGER NOT NULL DEFAULT 1,
              decided_at INTEGER NOT NULL,
              not_before INTEGER NOT NULL DEFAULT 0,
              error TEXT,
              PRIMARY KEY (task_key, seats)) STRICT, WITHOUT ROWID;
            CREATE INDEX disclosures_open ON disclosures (state) WHERE state < 2;
            CREATE INDEX batches_deadline ON batches (latest_deadline);
            """,
            """
            DROP INDEX batches_deadline;
            DROP TABLE disclosures;
            """),
        new(
            """
            ALTER TABLE queue ADD COLUMN answer BLOB;
            CREATE TABLE canaries (
              task_key INTEGER PRIMARY KEY REFERENCES tasks,
              answer BLOB NOT NULL CHECK (length(answer) = 32),
              judged_at INTEGER) STRICT;
            CREATE INDEX canaries_unjudged ON canaries (task_key) WHERE judged_at IS NULL;
            CREATE TABLE accusations (
              task_key INTEGER NOT NULL REFERENCES tasks,
              seat INTEGER NOT NULL,
              state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 3),
              attempt INTEGER NOT NULL DEFAULT 1,
              decided_at INTEGER NOT NULL,
              not_before INTEGER NOT NULL DEFAULT 0,
              error TEXT,
              PRIMARY KEY (task_key, seat)) STRICT, WITHOUT ROWID;
            CREATE INDEX accusations_open ON accusations (state) WHERE state < 2;
            """,
            // An older program settles a canary with three seats like any task; one that escalates is refused there, and ends without a mint.
            """
            DROP TABLE accusations;
            DROP TABLE canaries;
            ALTER TABLE queue DROP COLUMN answer;
            """),
        new(
            """
            CREATE INDEX tasks_void ON tasks (deadline) WHERE phase = 5;
            """,
            """
            DROP INDEX tasks_void;
            """),
        new(
            """
            CREATE TABLE absences (
              task_key INTEGER NOT NULL,
              seat INTEGER NOT NULL,
              gpu_id BLOB NOT NULL CHECK (length(gpu_id) = 32),
              report_key INTEGER NOT NULL,
              state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 4),
              decided_at INTEGER NOT NULL,
              ended_at INTEGER,
              error TEXT,
              PRIMARY KEY (task_key, seat),
              FOREIGN KEY (task_key, seat) REFERENCES seats) STRICT, WITHOUT ROWID;
            CREATE INDEX absences_open ON absences (state) WHERE state < 2;
            CREATE INDEX absences_gpu ON absences (gpu_id);
            CREATE INDEX seat_outcomes_silent ON seat_outcomes (task_key) WHERE reason IN (1, 4);
            ALTER TABLE devices ADD COLUMN resumable_at INTEGER NOT NULL DEFAULT 0;
            """,
            """
            ALTER TABLE devices DROP COLUMN resumable_at;
            DROP INDEX seat_outcomes_silent;
            DROP TABLE absences;
            """),
        new(
            """
            ALTER TABLE tasks ADD COLUMN audited INTEGER NOT NULL DEFAULT 0;
            """,
            """
            ALTER TABLE tasks DROP COLUMN audited;
            """),
        new(
            """
            CREATE TABLE open_seats (
              gpu_id BLOB NOT NULL,
              task_key INTEGER NOT NULL,
              seat INTEGER NOT NULL,
              operator BLOB NOT NULL,
              commit_deadline INTEGER NOT NULL,
              lease_holder BLOB,
              lease_deadline INTEGER,
              lease_acknowledged INTEGER NOT NULL DEFAULT 0,
              PRIMARY KEY (gpu_id, task_key)) STRICT, WITHOUT ROWID;
            INSERT INTO open_seats (gpu_id, task_key, seat, operator, commit_deadline, lease_holder, lease_deadline, lease_acknowledged)
              SELECT s.gpu_id, s.task_key, s.seat, s.operator, coalesce(t.commit_deadline, 0), s.lease_holder, s.lease_deadline, s.lease_acknowledged
              FROM seats s JOIN tasks t ON t.task_key = s.task_key WHERE s.open = 1;
            CREATE INDEX open_seats_acknowledged ON open_seats (gpu_id, lease_holder) WHERE lease_acknowledged = 1;
            DROP INDEX seats_open;
            DROP INDEX seats_closed;
            DROP INDEX seats_leased;
            CREATE INDEX seats_gpu ON seats (gpu_id, task_key);
            UPDATE seats SET lease_holder = NULL WHERE open = 1 OR EXISTS (SELECT 1 FROM commitments c WHERE c.task_key = seats.task_key AND c.seat = seats.seat);
            ALTER TABLE seats DROP COLUMN open;
            ALTER TABLE seats DROP COLUMN lease_deadline;
            ALTER TABLE seats DROP COLUMN lease_acknowledged;
            DROP INDEX tasks_workload;
            DROP VIEW history;
            DELETE FROM events WHERE kind = 'reveal opened'
              AND EXISTS (SELECT 1 FROM tasks t WHERE t.task_id = events.subject AND t.reveal_opened_at IS NOT NULL AND t.seated_at <= events.at);
            CREATE VIEW reveal_openings AS
              SELECT t.task_key, t.reveal_opened_at AS at, 'reveal opened' AS kind, t.task_id AS subject,
                (SELECT count(*) FROM commitments c WHERE c.task_key = t.task_key AND c.seat >= t.level - CASE t.level WHEN 3 THEN 3 ELSE 2 END)
                  || ' of ' || CASE t.level WHEN 3 THEN 3 ELSE 2 END || ' committed, until ' || (t.reveal_deadline / 1000) AS detail
                FROM tasks t WHERE t.reveal_opened_at IS NOT NULL;
            CREATE VIEW history AS
              SELECT at, kind, subject, detail FROM events
              UNION ALL SELECT at, kind, subject, detail FROM reveal_openings
              UNION ALL SELECT c.received_at, 'committed', t.task_id, 'seat ' || c.seat FROM commitments c JOIN tasks t ON t.task_key = c.task_key
              UNION ALL SELECT r.received_at, 'revealed', t.task_id, 'seat ' || r.seat FROM reveals r JOIN tasks t ON t.task_key = r.task_key WHERE r.refused_bounds IS NULL
              UNION ALL SELECT a.decided_at, 'agreed', t.task_id, ((a.matching & 1) + ((a.matching >> 1) & 1) + ((a.matching >> 2) & 1) + ((a.matching >> 3) & 1)
                  + ((a.matching >> 4) & 1) + ((a.matching >> 5) & 1) + ((a.matching >> 6) & 1)) || ' of ' || t.level
                FROM agreements a JOIN tasks t ON t.task_key = a.task_key;
            """,
            """
            DROP VIEW history;
            INSERT INTO events (at, kind, subject, detail) SELECT at, kind, subject, detail FROM reveal_openings;
            DROP VIEW reveal_openings;
            CREATE VIEW history AS
              SELECT at, kind, subject, detail FROM events
              UNION ALL SELECT c.received_at, 'committed', t.task_id, 'seat ' || c.seat FROM commitments c JOIN tasks t ON t.task_key = c.task_key
              UNION ALL SELECT r.received_at, 'revealed', t.task_id, 'seat ' || r.seat FROM reveals r JOIN tasks t ON t.task_key = r.task_key WHERE r.refused_bounds IS NULL
              UNION ALL SELECT a.decided_at, 'agreed', t.task_id, ((a.matching & 1) + ((a.matching >> 1) & 1) + ((a.matching >> 2) & 1) + ((a.matching >> 3) & 1)
                  + ((a.matching >> 4) & 1) + ((a.matching >> 5) & 1) + ((a.matching >> 6) & 1)) || ' of ' || t.level
                FROM agreements a JOIN tasks t ON t.task_key = a.task_key;
            CREATE INDEX tasks_workload ON tasks (workload_hash);
            ALTER TABLE seats ADD COLUMN open INTEGER NOT NULL DEFAULT 0;
            ALTER TABLE seats ADD COLUMN lease_deadline INTEGER;
            ALTER TABLE seats ADD COLUMN lease_acknowledged INTEGER NOT NULL DEFAULT 0;
            UPDATE seats SET lease_holder = c.signer FROM commitments c WHERE c.task_key = seats.task_key AND c.seat = seats.seat;
            UPDATE seats SET open = 1, lease_holder = o.lease_holder, lease_deadline = o.lease_deadline, lease_acknowledged = o.lease_acknowledged
              FROM open_seats o WHERE o.task_key = seats.task_key AND o.seat = seats.seat;
            DROP INDEX seats_gpu;
            CREATE INDEX seats_open ON seats (gpu_id, task_key) WHERE open = 1;
            CREATE INDEX seats_closed ON seats (gpu_id) WHERE open = 0;
            CREATE INDEX seats_leased ON seats (gpu_id) WHERE open = 1 AND lease_acknowledged = 1;
            DROP TABLE open_seats;
            """),
        new(
            """
            ALTER TABLE settlements ADD COLUMN gas_used INTEGER;
            UPDATE settlements SET gas_used = (SELECT CAST(e.detail AS BIGINT) FROM events e WHERE e.kind = 'settlement gas' AND e.subject = settlements.tx_hash);
            DELETE FROM events WHERE kind = 'settlement gas';
            CREATE INDEX settlements_age ON settlements (created_at);
            """,
            """
            INSERT INTO events (at, kind, subject, detail)
              SELECT created_at, 'settlement gas', tx_hash, CAST(gas_used AS TEXT) FROM settlements WHERE gas_used IS NOT NULL;
            DROP INDEX settlements_age;
            ALTER TABLE settlements DROP COLUMN gas_used;
            """),
    ];

    /// <summary>The tables of a version of the schema, each after those it refers to.</summary>
    internal static IReadOnlyList<string> Tables(int version) =>
        [.. Migrations.Take(version).SelectMany(migration => CreatedTable().Matches(migration.Forward)).Select(match => match.Groups[1].Value)];

    [GeneratedRegex("CREATE TABLE (\\w+)", RegexOptions.CultureInvariant)]
    private static partial Regex CreatedTable();

    private const string First =
        """
        CREATE TABLE network (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

        CREATE TABLE devices (
          slot INTEGER PRIMARY KEY,
          gpu_id BLOB NOT NULL CHECK (length(gpu_id) = 32),
          host_chip BLOB NOT NULL CHECK (length(host_chip) = 32),
          operator BLOB NOT NULL CHECK (length(operator) = 20),
          class INTEGER NOT NULL,
          valid_until INTEGER NOT NULL,
          previous_valid_until INTEGER NOT NULL,
          enclave_key BLOB NOT NULL CHECK (length(enclave_key) = 20),
          registered_block INTEGER NOT NULL,
          refreshed_block INTEGER NOT NULL,
          revoked_block INTEGER NOT NULL) STRICT;
        CREATE INDEX devices_gpu ON devices (gpu_id);

        CREATE TABLE workloads (
          workload_hash BLOB PRIMARY KEY CHECK (length(workload_hash) = 32),
          encoding BLOB NOT NULL,
          workload_type INTEGER NOT NULL,
          determinism_class INTEGER NOT NULL,
          compute_units INTEGER NOT NULL CHECK (compute_units > 0),
          opened_tx BLOB,
          added_at INTEGER NOT NULL) STRICT;

        CREATE TABLE queue (
          entry_key INTEGER PRIMARY KEY AUTOINCREMENT,
          workload_hash BLOB NOT NULL REFERENCES workloads,
          redeemer BLOB NOT NULL CHECK (length(redeemer) = 20),
          state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 3),
          attempts INTEGER NOT NULL DEFAULT 0,
          queued_at INTEGER NOT NULL) STRICT;
        CREATE UNIQUE INDEX queue_live ON queue (workload_hash, redeemer) WHERE state < 2;
        CREATE INDEX queue_waiting ON queue (entry_key) WHERE state = 0;

        CREATE TABLE batches (
          batch_key INTEGER PRIMARY KEY AUTOINCREMENT,
          root BLOB NOT NULL UNIQUE CHECK (length(root) = 32),
          task_count INTEGER NOT NULL CHECK (task_count > 0),
          compute_units INTEGER NOT NULL,
          latest_deadline INTEGER NOT NULL,
          phase INTEGER NOT NULL CHECK (phase BETWEEN 0 AND 4),
          sealed_at INTEGER NOT NULL,
          batch_id INTEGER UNIQUE,
          commit_tx BLOB,
          commit_block INTEGER,
          seed_block INTEGER,
          roster_length INTEGER,
          mint_rate TEXT,
          seed_block_hash BLOB,
          seed_time INTEGER,
          void_reason TEXT) STRICT;
        CREATE INDEX batches_open ON batches (phase) WHERE phase < 3;

        CREATE TABLE tasks (
          task_key INTEGER PRIMARY KEY AUTOINCREMENT,
          batch_key INTEGER NOT NULL REFERENCES batches,
          task_index INTEGER NOT NULL,
          entry_key INTEGER NOT NULL REFERENCES queue,
          workload_hash BLOB NOT NULL REFERENCES workloads,
          workload_type INTEGER NOT NULL,
          determinism_class INTEGER NOT NULL,
          compute_units INTEGER NOT NULL,
          deadline INTEGER NOT NULL,
          redeemer BLOB NOT NULL,
          answer_commitment BLOB NOT NULL,
          seat_secret_hash BLOB NOT NULL,
          escalation_secret_hash BLOB NOT NULL,
          phase INTEGER NOT NULL CHECK (phase BETWEEN 0 AND 5),
          task_id BLOB UNIQUE,
          seated_at INTEGER,
          commit_deadline INTEGER,
          reveal_opened_at INTEGER,
          reveal_deadline INTEGER,
          result_hash BLOB,
          payable_at INTEGER,
          void_reason TEXT,
          settled_tx BLOB,
          minted TEXT,
          UNIQUE (batch_key, task_index)) STRICT;
        CREATE INDEX tasks_phase ON tasks (phase, task_key);
        CREATE INDEX tasks_workload ON tasks (workload_hash);
        CREATE INDEX tasks_entry ON tasks (entry_key);

        CREATE TABLE secrets (
          task_key INTEGER PRIMARY KEY REFERENCES tasks,
          seat_secret BLOB NOT NULL CHECK (length(seat_secret) = 32),
          escalation_secret BLOB NOT NULL CHECK (length(escalation_secret) = 32),
          answer_salt BLOB NOT NULL CHECK (length(answer_salt) = 32)) STRICT;

        CREATE TABLE seats (
          task_key INTEGER NOT NULL REFERENCES tasks,
          seat INTEGER NOT NULL CHECK (seat BETWEEN 0 AND 6),
          slot INTEGER NOT NULL,
          gpu_id BLOB NOT NULL,
          operator BLOB NOT NULL,
          open INTEGER NOT NULL DEFAULT 1,
          lease_holder BLOB,
          lease_deadline INTEGER,
          lease_acknowledged INTEGER NOT NULL DEFAULT 0,
          PRIMARY KEY (task_key, seat),
          UNIQUE (task_key, gpu_id)) STRICT, WITHOUT ROWID;
        CREATE INDEX seats_open ON seats (gpu_id, task_key) WHERE open = 1;
        CREATE INDEX seats_gpu ON seats (gpu_id);

        CREATE TABLE commitments (
          task_key INTEGER NOT NULL,
          seat INTEGER NOT NULL,
          commitment BLOB NOT NULL CHECK (length(commitment) = 32),
          signer BLOB NOT NULL,
          received_at INTEGER NOT NULL,
          PRIMARY KEY (task_key, seat),
          FOREIGN KEY (task_key, seat) REFERENCES seats) STRICT, WITHOUT ROWID;

        CREATE TABLE reveals (
          task_key INTEGER NOT NULL,
          seat INTEGER NOT NULL,
          attestation BLOB NOT NULL,
          salt BLOB NOT NULL CHECK (length(salt) = 32),
          enclave_key BLOB NOT NULL,
          transcript BLOB NOT NULL,
          received_at INTEGER NOT NULL,
          PRIMARY KEY (task_key, seat),
          FOREIGN KEY (task_key, seat) REFERENCES commitments) STRICT;

        CREATE TABLE agreements (
          task_key INTEGER PRIMARY KEY REFERENCES tasks,
          result_hash BLOB NOT NULL,
          matching INTEGER NOT NULL,
          decided_at INTEGER NOT NULL) STRICT;

        CREATE TABLE settlements (
          settlement_key INTEGER PRIMARY KEY AUTOINCREMENT,
          batch_key INTEGER NOT NULL REFERENCES batches,
          state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 3),
          created_at INTEGER NOT NULL,
          tx_hash BLOB,
          block_number INTEGER,
          error TEXT) STRICT;
        CREATE INDEX settlements_open ON settlements (state) WHERE state < 2;
        CREATE TABLE settlement_tasks (
          settlement_key INTEGER NOT NULL REFERENCES settlements,
          task_key INTEGER NOT NULL REFERENCES tasks,
          claims INTEGER NOT NULL,
          PRIMARY KEY (settlement_key, task_key)) STRICT, WITHOUT ROWID;
        CREATE INDEX settlement_tasks_task ON settlement_tasks (task_key);

        CREATE TABLE seat_outcomes (
          task_key INTEGER NOT NULL,
          seat INTEGER NOT NULL,
          paid_wei TEXT,
          reason INTEGER NOT NULL,
          detail TEXT,
          tx_hash BLOB,
          PRIMARY KEY (task_key, seat),
          FOREIGN KEY (task_key, seat) REFERENCES seats) STRICT, WITHOUT ROWID;

        CREATE TABLE redemptions (
          tx_hash BLOB NOT NULL,
          log_index INTEGER NOT NULL,
          block_number INTEGER NOT NULL,
          account BLOB NOT NULL,
          workload_hash BLOB NOT NULL,
          ait_amount TEXT NOT NULL,
          compute_units INTEGER NOT NULL,
          removed INTEGER NOT NULL DEFAULT 0,
          considered INTEGER NOT NULL DEFAULT 0,
          PRIMARY KEY (tx_hash, log_index)) STRICT, WITHOUT ROWID;
        CREATE INDEX redemptions_open ON redemptions (considered) WHERE considered = 0;

        CREATE TABLE nonces (
          signer BLOB NOT NULL,
          nonce BLOB NOT NULL,
          used_at INTEGER NOT NULL,
          PRIMARY KEY (signer, nonce)) STRICT, WITHOUT ROWID;
        CREATE INDEX nonces_age ON nonces (used_at);

        CREATE TABLE transactions (
          entry_key INTEGER PRIMARY KEY AUTOINCREMENT,
          send_key TEXT NOT NULL,
          signed BLOB,
          finished INTEGER NOT NULL,
          tx_hash BLOB,
          at INTEGER NOT NULL) STRICT;
        CREATE INDEX transactions_send ON transactions (send_key);

        CREATE TABLE cursors (name TEXT PRIMARY KEY, record BLOB NOT NULL) STRICT;

        CREATE TABLE events (
          event_key INTEGER PRIMARY KEY AUTOINCREMENT,
          at INTEGER NOT NULL,
          kind TEXT NOT NULL,
          subject BLOB,
          detail TEXT NOT NULL) STRICT;
        CREATE INDEX events_subject ON events (subject) WHERE subject IS NOT NULL;
        """;
}

using Npgsql;

namespace WorkerTracing.Quartz.Node;

/// <summary>Makes the tables of Quartz's job store, which Quartz 3 does not make by itself. Without indexes: the tests store few rows.</summary>
internal static class Tables
{
    private const string Trigger = "sched_name text, trigger_name text, trigger_group text";
    private const string Job = "job_name text, job_group text";
    private const string TriggerKey = "PRIMARY KEY (sched_name, trigger_name, trigger_group)";

    private static readonly string[] All =
    [
        $"""
        job_details (sched_name text, {Job}, description text, job_class_name text, is_durable bool, is_nonconcurrent bool,
            is_update_data bool, requests_recovery bool, job_data bytea, PRIMARY KEY (sched_name, job_name, job_group))
        """,
        $"""
        triggers ({Trigger}, {Job}, description text, next_fire_time bigint, prev_fire_time bigint, priority int, trigger_state text,
            trigger_type text, start_time bigint, end_time bigint, calendar_name text, misfire_instr smallint,
            misfire_orig_fire_time bigint, execution_group text, preferred_node text, preferred_node_auto bool NOT NULL DEFAULT false,
            job_data bytea, {TriggerKey})
        """,
        $"simple_triggers ({Trigger}, repeat_count bigint, repeat_interval bigint, times_triggered bigint, {TriggerKey})",
        $"cron_triggers ({Trigger}, cron_expression text, time_zone_id text, {TriggerKey})",
        $"""
        simprop_triggers ({Trigger}, str_prop_1 text, str_prop_2 text, str_prop_3 text, int_prop_1 int, int_prop_2 int,
            long_prop_1 bigint, long_prop_2 bigint, dec_prop_1 numeric, dec_prop_2 numeric, bool_prop_1 bool, bool_prop_2 bool,
            time_zone_id text, {TriggerKey})
        """,
        $"blob_triggers ({Trigger}, blob_data bytea, {TriggerKey})",
        "calendars (sched_name text, calendar_name text, calendar bytea, PRIMARY KEY (sched_name, calendar_name))",
        "paused_trigger_grps (sched_name text, trigger_group text, PRIMARY KEY (sched_name, trigger_group))",
        $"""
        fired_triggers ({Trigger}, entry_id text, instance_name text, fired_time bigint, sched_time bigint, priority int, state text,
            {Job}, is_nonconcurrent bool, requests_recovery bool, execution_group text, PRIMARY KEY (sched_name, entry_id))
        """,
        """
        scheduler_state (sched_name text, instance_name text, last_checkin_time bigint, checkin_interval bigint,
            PRIMARY KEY (sched_name, instance_name))
        """,
        "locks (sched_name text, lock_name text, PRIMARY KEY (sched_name, lock_name))",
    ];

    public static async Task CreateAsync(string connectionString)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using NpgsqlCommand command =
            source.CreateCommand(string.Join(";\n", All.Select(static table => $"CREATE TABLE qrtz_{table}")));
        await command.ExecuteNonQueryAsync();
    }
}

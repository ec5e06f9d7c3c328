namespace WorkerTracing;

/// <summary>The attributes of a firing that Quartz records nowhere itself, and so has no name for.</summary>
internal static class QuartzAttributes
{
    /// <summary>When the trigger fired, ISO 8601 in UTC.</summary>
    public const string FireTime = "worker_tracing.quartz.fire_time";

    /// <summary>When the trigger should have fired, ISO 8601 in UTC.</summary>
    public const string ScheduledFireTime = "worker_tracing.quartz.scheduled_fire_time";

    /// <summary>True where the firing repeats one that a failed scheduler left unfinished.</summary>
    public const string Recovering = "worker_tracing.quartz.recovering";

    /// <summary>The trigger whose firing was left unfinished, <c>group.name</c>.</summary>
    public const string RecoveringTrigger = "worker_tracing.quartz.recovering_trigger";
}

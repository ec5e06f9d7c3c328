namespace WorkerTracing;

/// <summary>
/// The names of Quartz 4 for what it records of a firing. Quartz 3 has names of its own without a prefix (<c>job.name</c>); the spans of
/// both versions have the same names here, so that queries survive the move to Quartz 4.
/// </summary>
internal static class ActivityTags
{
    public const string SchedulerName = "quartz.scheduler.name";
    public const string SchedulerId = "quartz.scheduler.id";
    public const string FireInstanceId = "quartz.fire.instance.id";
    public const string TriggerGroup = "quartz.trigger.group";
    public const string TriggerName = "quartz.trigger.name";
    public const string JobType = "quartz.job.type";
    public const string JobGroup = "quartz.job.group";
    public const string JobName = "quartz.job.name";
    public const string ExecutionGroup = "quartz.execution.group";
}

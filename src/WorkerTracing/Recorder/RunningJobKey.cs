namespace WorkerTracing;

/// <summary>Identifies a running job to the process that runs its next attempt.</summary>
/// <param name="System">The framework.</param>
/// <param name="Name">The name of the job: a message may be consumed by several consumers at once.</param>
/// <param name="Id">The id that the attempts share.</param>
internal readonly record struct RunningJobKey(string System, string Name, string Id)
{
    private const char Separator = '\n';

    /// <summary>Gets the key of a job; null where its framework has no id for it.</summary>
    public static string? Of(JobInfo job) =>
        (job.RecoveryId ?? job.Id) is { } id ? $"{job.System}{Separator}{job.Name}{Separator}{id}" : null;

    /// <summary>Gets the parts of a key; null where there are none.</summary>
    public static RunningJobKey? Parse(string? key) =>
        key?.Split(Separator, 3) is [var system, var name, var id] ? new RunningJobKey(system, name, id) : null;
}

namespace WorkerTracing;

/// <summary>Identifies a running job to the process that runs its next attempt.</summary>
/// <param name="System">The framework.</param>
/// <param name="Name">The name of the job: a message may be consumed by several consumers at once.</param>
/// <param name="Id">The id that the attempts share; several are separated by <see cref="IdSeparator"/>. Empty where there is none.</param>
internal readonly record struct RunningJobKey(string System, string Name, string Id)
{
    private const char Separator = '\n';
    private const char IdSeparator = '\0';

    /// <summary>Gets the key of a job.</summary>
    public static string Of(JobInfo job)
    {
        string? id = job.RecoveryIds is { } ids ? string.Join(IdSeparator, ids) : job.Id;
        return $"{job.System}{Separator}{job.Name}{Separator}{id}";
    }

    /// <summary>Gets the parts of a key; null where there are none.</summary>
    public static RunningJobKey? Parse(string? key) =>
        key?.Split(Separator, 3) is [var system, var name, var id] ? new RunningJobKey(system, name, id) : null;

    /// <summary>Gets a key for each of the ids of a key, in their order.</summary>
    public static IEnumerable<RunningJobKey> Each(string key) => Parse(key) is { } all
        ? all.Id.Split(IdSeparator, StringSplitOptions.RemoveEmptyEntries).Select(id => all with { Id = id })
        : [];
}

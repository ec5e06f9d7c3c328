namespace WorkerTracing;

/// <summary>The place of a job in the list of <see cref="RunningJobReports"/>, which guards it and uses it again for other jobs.</summary>
internal sealed class RunningJobNode
{
    /// <summary>Gets the reference to the job. Weak, so that a job that is never ended can be collected.</summary>
    public WeakReference<JobTrace?> Job { get; } = new(null);

    public RunningJobNode? Before { get; set; }

    public RunningJobNode? After { get; set; }
}

using System.Diagnostics;

namespace WorkerTracing;

/// <summary>
/// Connects jobs with the flight recorders of a provider: records a job that starts, and finds the attempt of it that ended with its
/// process.
/// </summary>
internal sealed class AbandonedJobs(ProviderFlusher processors)
{
    private static volatile bool Any; // whether the process has found one

    /// <summary>An adoption has found a job.</summary>
    public static void OnFound() => Any = true;

    /// <summary>Records a job that starts.</summary>
    public void Open(JobTrace job)
    {
        string? key = null;
        foreach (SpanRecording recording in processors.Recordings())
        {
            if (recording.Recorder.Options.RecordRunningJobs)
                recording.Channel.Open(job.Activity!, key ??= RunningJobKey.Of(job.Job));
        }
    }

    /// <summary>A job has ended. Its record is not needed, even if no processor has seen the end.</summary>
    public void Forget(Activity span)
    {
        foreach (SpanRecording recording in processors.Recordings())
            recording.Channel.Forget(span);
    }

    /// <summary>Finds the attempt of a job that ended with its process, once. The default where there is none.</summary>
    public ActivityContext Take(JobInfo job)
    {
        if (!Any)
            return default;
        string key = RunningJobKey.Of(job);
        foreach (SpanRecording recording in processors.Recordings())
        {
            if (recording.Recorder.TakeAbandoned(key) is { } abandoned)
                return abandoned.Context;
        }

        return default;
    }
}

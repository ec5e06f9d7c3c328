using System.Diagnostics;
using System.Globalization;

namespace WorkerTracing.Recorder.Worker;

/// <summary>The jobs of the worker.</summary>
public static class Work
{
    /// <summary>The number of jobs that run until the process is killed.</summary>
    public const int LongJobs = 10;

    internal static readonly ActivitySource Source = new("recorder worker");

    /// <summary>Starts the jobs that do not end. Each has a step that has ended, below a span that has not.</summary>
    internal static void StartLongJobs(JobTracer tracer)
    {
        for (int i = 0; i < LongJobs; i++)
        {
            Activity.Current = null;
            JobTrace job = tracer.Start(Long(i));
            SpanLog.Begun(job.Activity!);
            Activity middle = Source.StartActivity("middle")!;
            SpanLog.Begun(middle);
            using (Activity step = Source.StartActivity("step")!)
            {
                SpanLog.Begun(step);
                step.Stop();
                SpanLog.Ended(step);
            }

            SpanLog.Open(middle);
            SpanLog.Open(job.Activity!);
        }
    }

    /// <summary>Runs the next attempt of each job that did not end.</summary>
    internal static async Task RepeatLongJobsAsync(JobTracer tracer)
    {
        for (int i = 0; i < LongJobs; i++)
        {
            Activity.Current = null;
            await using JobTrace job = tracer.Start(Long(i) with { Attempt = 2 });
            SpanLog.Begun(job.Activity!);
        }
    }

    /// <summary>Runs short jobs, one after the other, without end.</summary>
    internal static async Task RunShortJobsAsync(JobTracer tracer)
    {
        while (true)
        {
            Activity.Current = null;
            JobTrace job = tracer.Start(new JobInfo { System = "test", Name = "short" });
            SpanLog.Begun(job.Activity!);
            using (Activity step = Source.StartActivity("step")!)
            {
                SpanLog.Begun(step);
                step.Stop();
                SpanLog.Ended(step);
            }

            job.Stop();
            SpanLog.Ended(job.Activity!);
            FlushResult result = await job.EndAsync();
            if (result.Status != FlushStatus.Stored)
                Console.WriteLine($"answered {result.Status}");
            await Task.Yield();
        }
    }

    private static JobInfo Long(int number) =>
        new() { System = "test", Name = "long", Id = number.ToString(CultureInfo.InvariantCulture) };
}

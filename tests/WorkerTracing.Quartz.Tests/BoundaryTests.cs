using System.Diagnostics;
using Quartz;
using WorkerTracing.Testing;

namespace WorkerTracing.Quartz.Tests;

public sealed class BoundaryTests
{
    [Test]
    public async Task Callbacks_ThatAllThrow_NeverStopAJob([Values] Attachment attachment)
    {
        await using TracedScheduler traced = await TracedScheduler.StartAsync(
            attachment,
            static options =>
            {
                options.Flush = FlushMode.Wait;
                options.CaptureArguments = true;
                options.Filter = static _ => throw new InvalidOperationException("Filter");
                options.FlushSelector = static _ => throw new InvalidOperationException("FlushSelector");
                options.NameSelector = static _ => throw new InvalidOperationException("NameSelector");
                options.Enrich = static (_, _) => throw new InvalidOperationException("Enrich");
                options.Redact = static (_, _) => throw new InvalidOperationException("Redact");
            });
        traced.Exporter.OnExport = static _ => throw new InvalidOperationException("Exporter");
        int ran = 0;
        var outcome = new Outcomes();
        traced.Scheduler.ListenerManager.AddJobListener(outcome);

        for (int i = 0; i < 3; i++)
            await traced.TriggerAsync(_ => ran++);

        await Until.TrueAsync(() => outcome.Seen.Count == 3, "three firings are over");
        Assert.That(outcome.Seen, Is.All.Null, "Quartz knows of no failure");
        Assert.That(ran, Is.EqualTo(3));
        Assert.That(traced.JobSpans, Has.Count.EqualTo(3), "they are traced all the same");
    }

    [Test]
    public async Task Provider_ThatIsDisposed_NeverStopsAJob([Values] Attachment attachment)
    {
        await using TracedScheduler traced = await TracedScheduler.StartAsync(attachment, static options => options.Flush = FlushMode.Wait);
        traced.Provider.Dispose();
        var ran = new TaskCompletionSource();

        await traced.TriggerAsync(_ => ran.SetResult());

        await Until.DoneAsync(ran.Task, "the job runs");
    }

    [Test]
    public async Task Filter_ThatRefusesAJob_RecordsNothingOfIt([Values] Attachment attachment)
    {
        await using TracedScheduler traced = await TracedScheduler.StartAsync(
            attachment,
            static options => options.Filter = static job => job.Name.StartsWith("kept.", StringComparison.Ordinal));
        ActivityTraceId refused = default;

        await traced.TriggerAsync((_, _) =>
        {
            using Activity? child = ScriptedJob.Source.StartActivity("child");
            refused = Activity.Current?.TraceId ?? default;
            return Task.CompletedTask;
        });
        await traced.TriggerAsync(static (_, _) => Task.CompletedTask, "kept");

        await traced.JobSpanAsync();
        await traced.DrainAsync();
        Assert.That(traced.JobSpans, Has.Count.EqualTo(1));
        Assert.That(refused == default ? [] : traced.Trace(refused), Is.Empty);
    }

    private sealed class Outcomes : TestJobListener
    {
        private readonly List<JobExecutionException?> _seen = [];

        public IReadOnlyList<JobExecutionException?> Seen
        {
            get
            {
                lock (_seen)
                    return [.. _seen];
            }
        }

        protected override void After(IJobExecutionContext context, JobExecutionException? exception)
        {
            lock (_seen)
                _seen.Add(exception);
        }
    }
}

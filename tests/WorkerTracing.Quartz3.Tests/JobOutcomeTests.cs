using System.Diagnostics;
using Quartz.Logging;
using WorkerTracing.Testing;

namespace WorkerTracing.Quartz3.Tests;

public sealed class JobOutcomeTests
{
    [Test]
    public async Task Interrupt_OfAJobThatThenReturns_IsCanceled()
    {
        await using TracedScheduler traced = await TracedScheduler.StartAsync();
        var started = new TaskCompletionSource<string>();
        await traced.TriggerAsync(async (context, cancellationToken) =>
        {
            var interrupted = new TaskCompletionSource();
            using CancellationTokenRegistration registration = cancellationToken.Register(interrupted.SetResult);
            started.SetResult(context.FireInstanceId);
            await interrupted.Task;
        });

        await traced.Scheduler.Interrupt(await Until.DoneAsync(started.Task, "the start of the job"));

        Activity job = await traced.JobSpanAsync();
        Assert.That(job.GetTagItem("workflow.execution.result"), Is.EqualTo("cancellation"));
    }

    [Test]
    [NonParallelizable] // an observer hears of all schedulers of the process
    public async Task Observer_ThatThrowsAtTheStart_FailsTheAttempt()
    {
        await using TracedScheduler traced = await TracedScheduler.StartAsync(options: static options => options.Flush = FlushMode.Wait);
        using var observer = new ThrowingObserver();
        bool ran = false;

        await traced.TriggerAsync(_ => ran = true);

        Activity job = await traced.JobSpanAsync();
        await traced.DrainAsync();
        Assert.That(ran, Is.False, "as without WorkerTracing: for Quartz, it is the job that has failed");
        Assert.That(traced.JobSpans, Has.Count.EqualTo(1));
        Assert.That(job.GetTagItem("workflow.execution.result"), Is.EqualTo("failure"));
        Assert.That(job.GetTagItem("error.type"), Is.EqualTo(typeof(InvalidTimeZoneException).FullName));
        Assert.That(traced.Exporter.Spans, Does.Contain(job));
    }

    [Test]
    [NonParallelizable] // of all schedulers of the process
    public async Task Instrumentation_ThatIsCalledLater_CannotKeepTheJobsSpanFromItsExport()
    {
        QuartzSpans.IsBeforeOthers = true;
        try
        {
            await using TracedScheduler traced = await TracedScheduler.StartAsync(
                options: static options => options.Flush = FlushMode.Wait);

            await traced.TriggerAsync(static _ => Activity.Current!.IsAllDataRequested = false);

            Activity job = await traced.JobSpanAsync();
            await traced.DrainAsync();
            Assert.That(traced.Exporter.Spans, Does.Contain(job));
            Assert.That(job.GetTagItem("workflow.execution.result"), Is.EqualTo("success"));
        }
        finally
        {
            QuartzSpans.IsBeforeOthers = false;
        }
    }

    private sealed class ThrowingObserver : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>, IDisposable
    {
        private readonly List<IDisposable> _subscriptions = [];

        public ThrowingObserver() => _subscriptions.Add(DiagnosticListener.AllListeners.Subscribe(this));

        public void Dispose() => _subscriptions.ForEach(static subscription => subscription.Dispose());

        public void OnNext(DiagnosticListener value)
        {
            if (value.Name == DiagnosticHeaders.DefaultListenerName)
                _subscriptions.Add(value.Subscribe(this));
        }

        public void OnNext(KeyValuePair<string, object?> value)
        {
            if (value.Key == $"{OperationName.Job.Execute}.Start")
                throw new InvalidTimeZoneException("an observer of the application");
        }

        public void OnCompleted()
        {
        }

        public void OnError(Exception error)
        {
        }
    }
}

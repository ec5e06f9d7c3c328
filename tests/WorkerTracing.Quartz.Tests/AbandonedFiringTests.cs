using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Trace;
using Quartz;
using WorkerTracing.Testing;

namespace WorkerTracing.Quartz.Tests;

/// <summary>
/// Firings that Quartz does not complete with a call of the job listener. Some listen to Quartz's own source, which is known to the whole
/// process, so these tests run alone.
/// </summary>
[NonParallelizable]
public sealed class AbandonedFiringTests
{
    // Each case waits for a sweep of a second, and none can run beside another: so not every mode with every attachment.
    [TestCase(Attachment.Listener, FlushMode.Wait, true)]
    [TestCase(Attachment.Listener, FlushMode.Wait, false)]
    [TestCase(Attachment.Builder, FlushMode.Background, true)]
    [TestCase(Attachment.Builder, FlushMode.Background, false)]
    [TestCase(Attachment.Container, FlushMode.None, true)]
    [TestCase(Attachment.Container, FlushMode.None, false)]
    public async Task Processor_ThatThrowsOnQuartzsSpan_KeepsNeitherFiringNorFlush(Attachment attachment, FlushMode mode, bool atTheEnd)
    {
        var processor = new ThrowingProcessor(atTheEnd);
        await using TracedScheduler traced = await TracedScheduler.StartAsync(
            attachment,
            options => options.Flush = mode,
            tracing: tracing => tracing.AddQuartzSpans().AddProcessor(processor));
        int ran = 0;

        for (int i = 0; i < 5; i++)
            await traced.TriggerAsync(_ => Interlocked.Increment(ref ran));

        await Until.TrueAsync(() => processor.Thrown == 5, "five firings have broken");
        await Until.TrueAsync(() => Firings(traced) == 0, "no firing is kept");
        Assert.That(ran, Is.EqualTo(atTheEnd ? 5 : 0));
        if (!atTheEnd)
            return;
        Assert.That(
            traced.JobSpans.Select(static job => job.GetTagItem("workflow.execution.result")),
            Is.EqualTo(Enumerable.Repeat("success", 5)));
        if (mode != FlushMode.None)
            await Until.TrueAsync(() => traced.JobSpans.All(traced.Exporter.Spans.Contains), "the spans are flushed");
    }

    [Test]
    public async Task Listener_RemovedWhileAFiringRuns_LeavesWhenItsAttemptEnds([Values] Attachment attachment)
    {
        await using TracedScheduler traced = await TracedScheduler.StartAsync(attachment, static options => options.Flush = FlushMode.Wait);
        IListenerManager listeners = traced.Scheduler.ListenerManager;
        var started = new TaskCompletionSource();
        var released = new TaskCompletionSource();
        await traced.TriggerAsync(async (_, _) =>
        {
            started.SetResult();
            await released.Task;
        });
        await Until.DoneAsync(started.Task, "the job runs");

        listeners.RemoveJobListener(listeners.GetJobListeners().OfType<JobTraceListener>().Single().Name);
        released.SetResult();

        Activity job = await traced.JobSpanAsync();
        await Until.TrueAsync(() => Firings(traced) == 0, "the firing is complete");
        await Until.TrueAsync(() => traced.Exporter.Spans.Contains(job), "its flush is made");
        if (attachment == Attachment.Listener)
            Assert.That(listeners.GetSchedulerListeners(), Has.None.InstanceOf<JobTraceListener>(), "it attached itself, and has gone");
    }

    [Test]
    public async Task Listener_RemovedWhileAJobRefires_TracesNoFurtherAttempt()
    {
        await using TracedScheduler traced = await TracedScheduler.StartAsync();
        IListenerManager listeners = traced.Scheduler.ListenerManager;
        var second = new TaskCompletionSource<JobTrace?>();

        await traced.TriggerAsync(context =>
        {
            if (context.RefireCount > 0)
            {
                second.SetResult(JobTrace.Current);
                return;
            }

            listeners.RemoveJobListener(listeners.GetJobListeners().OfType<JobTraceListener>().Single().Name);
            throw new JobExecutionException(new TimeoutException()) { RefireImmediately = true };
        });

        Assert.That(await Until.DoneAsync(second.Task, "the second attempt runs"), Is.Null);
        await traced.DrainAsync();
        Assert.That(traced.JobSpans, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Job_WhoseExceptionCannotBeFormatted_RunsAgain(
        [Values] Attachment attachment,
        [Values] bool listened,
        [Values] bool nested)
    {
        await using TracedScheduler traced = await TracedScheduler.StartAsync(
            attachment,
            tracing: listened ? static tracing => tracing.AddQuartzSpans() : null);
        int ran = 0;
        IJobDetail job = ScriptedJob.Make<OneAtATime>((_, _) =>
        {
            Interlocked.Increment(ref ran);
            var exception = new UnreadableException();
            throw nested ? new InvalidOperationException("outer", exception) : exception;
        });
        await traced.Scheduler.AddJob(job);

        for (int i = 0; i < 3; i++)
            await traced.Scheduler.TriggerJob(job.Key);

        IReadOnlyList<Activity> spans = await traced.JobSpansAsync(3);
        Assert.That(ran, Is.EqualTo(3), "an exception of the job's own never blocks the job");
        Assert.That(
            spans.Select(static span => span.GetTagItem("error.type")),
            Is.All.EqualTo((nested ? typeof(InvalidOperationException) : typeof(UnreadableException)).FullName));
    }

    [Test]
    public async Task Sampler_OfTheApplication_IsAskedOnceForEachFiring([Values] Attachment attachment)
    {
        var sampler = new EverySecondRoot();
        await using TracedScheduler traced = await TracedScheduler.StartAsync(
            attachment,
            quartz: static q => q.UseDefaultThreadPool(1),
            tracing: tracing => tracing.AddQuartzSpans().SetSampler(new ParentBasedSampler(sampler)));

        for (int i = 0; i < 20; i++)
            await traced.TriggerAsync(static _ => { });

        await traced.JobSpansAsync(10);
        await traced.DrainAsync();
        Assert.That(sampler.Asked, Is.EqualTo(Enumerable.Repeat(OperationName.Job.Execute, 20)));
        Assert.That(traced.JobSpans, Has.Count.EqualTo(10));
        Assert.That(traced.JobSpans.Select(job => traced.Trace(job.TraceId).Count), Is.All.EqualTo(2), "each with Quartz's span");
    }

    private static int Firings(TracedScheduler traced) =>
        Firing.Announced.Values.Count(firing => firing.Scheduler.SchedulerName == traced.Name);

    [DisallowConcurrentExecution]
    private sealed class OneAtATime : ScriptedJob;

    private sealed class UnreadableException : Exception
    {
        public override string Message => throw new FormatException("The message has a mistake.");
    }

    private sealed class ThrowingProcessor(bool atTheEnd) : BaseProcessor<Activity>
    {
        private int _thrown;

        public int Thrown => Volatile.Read(ref _thrown);

        public override void OnStart(Activity data) => ThrowFor(data, !atTheEnd);

        public override void OnEnd(Activity data) => ThrowFor(data, atTheEnd);

        private void ThrowFor(Activity span, bool now)
        {
            if (!now || span.OperationName != OperationName.Job.Execute)
                return;
            Interlocked.Increment(ref _thrown);
            throw new InvalidOperationException("a processor of the application");
        }
    }

    private sealed class EverySecondRoot : Sampler
    {
        private readonly List<string> _asked = [];

        public IReadOnlyList<string> Asked
        {
            get
            {
                lock (_asked)
                    return [.. _asked];
            }
        }

        public override SamplingResult ShouldSample(in SamplingParameters samplingParameters)
        {
            if (samplingParameters.Name.StartsWith("Quartz.JobStore.", StringComparison.Ordinal))
                return new(SamplingDecision.Drop);
            lock (_asked)
            {
                _asked.Add(samplingParameters.Name);
                return new(_asked.Count % 2 == 0 ? SamplingDecision.RecordAndSample : SamplingDecision.Drop);
            }
        }
    }
}

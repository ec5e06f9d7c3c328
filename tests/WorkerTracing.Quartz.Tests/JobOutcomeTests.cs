using System.Diagnostics;
using System.Diagnostics.Metrics;
using Quartz;
using WorkerTracing.Testing;

namespace WorkerTracing.Quartz.Tests;

public sealed class JobOutcomeTests
{
    [Test]
    public async Task Outcome_OfAThrowingJob_IsItsOwnException([Values] Attachment attachment, [Values] bool spanEvents)
    {
        await using TracedScheduler traced = await TracedScheduler.StartAsync(attachment, quartz: q => q.WithExceptionEvents(spanEvents));

        await traced.TriggerAsync(static _ => throw new InvalidTimeZoneException("no such zone"));

        AssertFailed(await traced.JobSpanAsync(), typeof(InvalidTimeZoneException));
    }

    [Test]
    public async Task Outcome_OfAJobExecutionException_IsItsCause()
    {
        await using TracedScheduler traced = await TracedScheduler.StartAsync();

        await traced.TriggerAsync(static _ => throw new JobExecutionException("failed", new TimeoutException("too slow")));

        AssertFailed(await traced.JobSpanAsync(), typeof(TimeoutException));
    }

    [Test]
    public async Task Outcome_OfAJobExecutionExceptionWithoutCause_IsThatException([Values] bool spanEvents)
    {
        await using TracedScheduler traced = await TracedScheduler.StartAsync(
            quartz: q => q.WithExceptionEvents(spanEvents));

        await traced.TriggerAsync(static _ => throw new JobExecutionException("no luck"));

        Activity span = await traced.JobSpanAsync();
        AssertFailed(span, typeof(JobExecutionException));
        Assert.That(span.StatusDescription, Is.EqualTo("no luck"));
    }

#if !QUARTZ3 // Quartz 3 has no run reports
    [Test]
    public async Task Outcome_OfAReportedFailure_IsAnError()
    {
        await using TracedScheduler traced = await TracedScheduler.StartAsync();

        await traced.TriggerAsync(static context => context.Result = new Report());

        AssertFailed(await traced.JobSpanAsync(), typeof(JobExecutionException));
    }

#endif

    [Test]
    public async Task Refire_UntilItSucceeds_IsOneSpanAnAttemptChainedByLinks([Values] Attachment attachment)
    {
        await using TracedScheduler traced = await TracedScheduler.StartAsync(attachment, static options => options.Flush = FlushMode.Wait);
        var traces = new List<JobTrace>();

        await traced.TriggerAsync(context =>
        {
            traces.Add(JobTrace.Current!);
            if (context.RefireCount < 2)
                throw new JobExecutionException(new TimeoutException()) { RefireImmediately = true };
        });

        IReadOnlyList<Activity> attempts = await traced.JobSpansAsync(3);
        await traced.DrainAsync();
        AssertChained(attempts);
        Assert.That(
            attempts.Select(static span => span.Status),
            Is.EqualTo(new[] { ActivityStatusCode.Error, ActivityStatusCode.Error, ActivityStatusCode.Unset }));
        Assert.That(
            traces.Select(static trace => trace.Result.Status),
            Is.EqualTo(new[] { FlushStatus.NotRequested, FlushStatus.NotRequested, FlushStatus.Delivered }));
        Assert.That(traced.Exporter.Calls, Is.EqualTo(1), "one flush after the last attempt");
        Assert.That(attempts, Is.SubsetOf(traced.Exporter.Spans), "it takes the attempts before along");
    }

#if !QUARTZ3 // Quartz 3 has no retry policy
    [Test]
    public async Task Retry_ByQuartzsPolicy_IsOneSpanAnAttemptChainedByLinks([Values] Attachment attachment)
    {
        await using TracedScheduler traced = await TracedScheduler.StartAsync(attachment, static options => options.Flush = FlushMode.Wait);
        var traces = new List<JobTrace>();
        IJobDetail job = ScriptedJob.Make((context, _) =>
        {
            traces.Add(JobTrace.Current!);
            return context.RetryAttempt < 2 ? throw new TimeoutException() : Task.CompletedTask;
        });

        await traced.Scheduler.ScheduleJob(
            job,
            TriggerBuilder.Create().StartNow().WithRetryPolicy(RetryPolicy.Fixed(2, TimeSpan.FromMilliseconds(10))).Build());

        IReadOnlyList<Activity> attempts = await traced.JobSpansAsync(3);
        await traced.DrainAsync();
        AssertChained(attempts);
        Assert.That(
            traces.Select(static trace => trace.Result.Status),
            Is.EqualTo(new[] { FlushStatus.NotRequested, FlushStatus.NotRequested, FlushStatus.Delivered }));
        Assert.That(traced.Exporter.Calls, Is.EqualTo(1), "one flush after the last attempt");
        Assert.That(attempts, Is.SubsetOf(traced.Exporter.Spans), "it takes the attempts before along");
    }

    [Test]
    public async Task Retry_OfAJobThatContinuesItsCaller_ContinuesItToo()
    {
        var linkAfter = TimeSpan.FromSeconds(2);
        await using TracedScheduler traced = await TracedScheduler.StartAsync(
            options: options => options.LinkAfter = linkAfter,
            quartz: q => q.UseDefaultRetryPolicy(RetryPolicy.Fixed(1, linkAfter)));
        IJobDetail job = ScriptedJob.Make(
            static (context, _) => context.RetryAttempt < 1 ? throw new TimeoutException() : Task.CompletedTask);
        await traced.Scheduler.AddJob(job);
        using Activity caller = ScriptedJob.Source.StartActivity("caller")!;

        await traced.Scheduler.TriggerJob(job.Key);

        IReadOnlyList<Activity> attempts = await traced.JobSpansAsync(2);
        Assert.That(
            attempts.Select(static span => span.TraceId),
            Is.All.EqualTo(caller.TraceId),
            "a retry keeps the relation of the first attempt");
    }

#endif

    [Test]
    public async Task Refire_OfAJobThatLinksToItsCaller_LinksToItToo()
    {
        await using TracedScheduler traced = await TracedScheduler.StartAsync(options: static options => options.LinkAfter = TimeSpan.Zero);
        using Activity caller = ScriptedJob.Source.StartActivity("caller")!;

        await traced.TriggerAsync(static context =>
        {
            if (context.RefireCount == 0)
                throw new JobExecutionException(new TimeoutException()) { RefireImmediately = true };
        });

        IReadOnlyList<Activity> attempts = await traced.JobSpansAsync(2);
        Assert.That(attempts[0].Links.Select(static link => link.Context.SpanId), Is.EqualTo(new[] { caller.SpanId }));
        Assert.That(
            attempts[1].Links.Select(static link => link.Context.SpanId),
            Is.EquivalentTo(new[] { caller.SpanId, attempts[0].SpanId }));
        Assert.That(attempts[1].ParentSpanId, Is.EqualTo(default(ActivitySpanId)));
        Assert.That(attempts[1].GetTagItem("worker_tracing.wait_ms"), Is.Null, "it waited for nothing");
    }

    [Test]
    public async Task Interrupt_OfARunningJob_IsCanceled([Values] Attachment attachment)
    {
        await using TracedScheduler traced = await TracedScheduler.StartAsync(attachment);
        var started = new TaskCompletionSource<string>();
        await traced.TriggerAsync((context, cancellationToken) =>
        {
            started.SetResult(context.FireInstanceId);
            return Task.Delay(Timeout.Infinite, cancellationToken);
        });

        await traced.Scheduler.InterruptFireInstance(await Until.DoneAsync(started.Task, "the start of the job"));

        AssertCanceled(await traced.JobSpanAsync());
    }

    [Test]
    public async Task Cancellation_OfSomethingElse_IsAnError()
    {
        await using TracedScheduler traced = await TracedScheduler.StartAsync();

        await traced.TriggerAsync(static _ => throw new OperationCanceledException("a client gave up"));

        AssertFailed(await traced.JobSpanAsync(), typeof(OperationCanceledException));
    }

    [Test]
    public async Task Failure_OfAnInterruptedJob_IsItsException()
    {
        await using TracedScheduler traced = await TracedScheduler.StartAsync();
        var started = new TaskCompletionSource<string>();
        await traced.TriggerAsync(async (context, cancellationToken) =>
        {
            var interrupted = new TaskCompletionSource();
            using CancellationTokenRegistration registration = cancellationToken.Register(interrupted.SetResult);
            started.SetResult(context.FireInstanceId);
            await interrupted.Task;
            throw new JobExecutionException("the rollback failed");
        });

        await traced.Scheduler.InterruptFireInstance(await Until.DoneAsync(started.Task, "the start of the job"));

        AssertFailed(await traced.JobSpanAsync(), typeof(JobExecutionException));
    }

#if !QUARTZ3 // Quartz 3 has no job timeout
    [Test]
    public async Task Timeout_OfAJob_IsCanceled([Values] Attachment attachment, [Values] bool heeded)
    {
        await using TracedScheduler traced = await TracedScheduler.StartAsync(
            attachment,
            quartz: static q => q.AddJobTimeout(TimeSpan.FromMilliseconds(50)));

        await traced.TriggerAsync(async (_, cancellationToken) =>
        {
            var interrupted = new TaskCompletionSource();
            using CancellationTokenRegistration registration = cancellationToken.Register(interrupted.SetResult);
            await interrupted.Task;
            if (heeded)
                cancellationToken.ThrowIfCancellationRequested();
        });

        AssertCanceled(await traced.JobSpanAsync());
    }

#endif

    [Test]
    public async Task Shutdown_ThatInterruptsJobs_IsCanceledAndDelivered([Values] Attachment attachment)
    {
        await using TracedScheduler traced = await TracedScheduler.StartAsync(
            attachment,
            static options => options.Flush = FlushMode.Wait,
            static q => q.InterruptsJobsOnShutdown());
        var started = new TaskCompletionSource();
        JobTrace? trace = null;
        await traced.TriggerAsync((_, cancellationToken) =>
        {
            trace = JobTrace.Current;
            started.SetResult();
            return Task.Delay(Timeout.Infinite, cancellationToken);
        });
        await Until.DoneAsync(started.Task, "the start of the job");

        await traced.DrainAsync();

        AssertCanceled(await traced.JobSpanAsync());
        Assert.That(trace!.Result.Status, Is.EqualTo(FlushStatus.Delivered));
    }

    [Test]
    public async Task Creation_ThatFails_LeavesAnErrorSpan([Values] Attachment attachment)
    {
        await using TracedScheduler traced = await TracedScheduler.StartAsync(attachment, static options => options.Flush = FlushMode.Wait);
        traced.AttachToFailures();
        await traced.TriggerAsync(static _ => { });
        await traced.JobSpanAsync();
        IJobDetail job = JobBuilder.Create<UncreatableJob>().WithIdentity($"uncreatable-{Guid.NewGuid():N}").StoreDurably().Build();
        await traced.Scheduler.AddJob(job);

        await traced.Scheduler.TriggerJob(job.Key);

        IReadOnlyList<Activity> spans = await traced.JobSpansAsync(2);
        await traced.DrainAsync();
        AssertFailed(spans[1], typeof(NotSupportedException));
        Assert.That(spans[1].DisplayName, Is.EqualTo(job.Key.Name));
        Assert.That(traced.Exporter.SpansOf(spans[1].TraceId), Has.Count.EqualTo(1), "the flush mode holds for it too");
        Assert.That(traced.JobSpans, Has.Count.EqualTo(2), "however many listeners are told");
    }

    [Test]
    public async Task Creation_ThatFailsBeforeAnyFiring_IsSeenByAnAttachedSchedulerListener()
    {
        await using TracedScheduler traced = await TracedScheduler.StartAsync();
        traced.AttachToFailures();
        IJobDetail job = JobBuilder.Create<UncreatableJob>().WithIdentity($"uncreatable-{Guid.NewGuid():N}").StoreDurably().Build();
        await traced.Scheduler.AddJob(job);

        await traced.Scheduler.TriggerJob(job.Key);

        AssertFailed(await traced.JobSpanAsync(), typeof(NotSupportedException));
    }

    [Test]
    public async Task Veto_OfAFiring_IsCountedOnceAndLeavesOneSpan([Values] Attachment attachment)
    {
        await using TracedScheduler traced = await TracedScheduler.StartAsync(
            attachment,
            quartz: static q => q.AddTriggerListener(new Vetoing()));
        traced.Scheduler.ListenerManager.AddJobListener(new JobTraceListener(traced.Tracer));
        IJobDetail job = ScriptedJob.Make(static (_, _) => Task.CompletedTask);
        long vetoes = 0;
        using MeterListener meter = ListenToVetoesOf(job, measurement => Interlocked.Add(ref vetoes, measurement));
        await traced.Scheduler.AddJob(job);

        await traced.Scheduler.TriggerJob(job.Key);

        await Until.TrueAsync(() => Volatile.Read(ref vetoes) > 0, "the veto is counted");
        await traced.DrainAsync();
        Assert.That(vetoes, Is.EqualTo(1), "however many listeners are told");
        Activity span = traced.JobSpans.Single();
        Assert.That(span.GetTagItem("worker_tracing.quartz.vetoed"), Is.True);
        AssertCanceled(span);
    }

    [Test]
    public async Task Veto_WhereItsCountingFails_IsToldToOtherListeners([Values] Attachment attachment)
    {
        var told = new VetoListener();
        await using TracedScheduler traced = await TracedScheduler.StartAsync(
            attachment,
            quartz: static q => q.AddTriggerListener(new Vetoing()));
        traced.Scheduler.ListenerManager.AddJobListener(told);
        IJobDetail job = ScriptedJob.Make(static (_, _) => Task.CompletedTask);
        using MeterListener meter = ListenToVetoesOf(
            job,
            static _ => throw new InvalidOperationException("a metric reader of the application's"));
        await traced.Scheduler.AddJob(job);

        await traced.Scheduler.TriggerJob(job.Key);

        await Until.DoneAsync(told.Task, "the listener is told of the veto");
    }

#if !QUARTZ3 // Quartz 3 has no retry policy
    [Test]
    public async Task Final_OnARetriedAttempt_SaysWhetherAnotherFollows()
    {
        await using TracedScheduler traced = await TracedScheduler.StartAsync();
        IJobDetail job = ScriptedJob.Make(static (_, _) => throw new TimeoutException());

        await traced.Scheduler.ScheduleJob(
            job,
            TriggerBuilder.Create().StartNow().WithRetryPolicy(RetryPolicy.Fixed(1, TimeSpan.FromMilliseconds(10))).Build());

        IReadOnlyList<Activity> attempts = await traced.JobSpansAsync(2);
        Assert.That(
            attempts.Select(static span => span.GetTagItem("worker_tracing.final")),
            Is.EqualTo(new object[] { false, true }));
    }
#endif

    [Test]
    public async Task Final_OnARefiredAttempt_SaysWhetherAnotherFollows()
    {
        await using TracedScheduler traced = await TracedScheduler.StartAsync();

        await traced.TriggerAsync(static context => throw new JobExecutionException(new TimeoutException())
        {
            RefireImmediately = context.RefireCount == 0,
        });

        IReadOnlyList<Activity> attempts = await traced.JobSpansAsync(2);
        Assert.That(
            attempts.Select(static span => span.GetTagItem("worker_tracing.final")),
            Is.EqualTo(new object[] { false, true }));
    }

    private static MeterListener ListenToVetoesOf(IJobDetail job, Action<long> counted)
    {
        var meter = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Name == "worker_tracing.job.vetoed")
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        meter.SetMeasurementEventCallback<long>((_, measurement, tags, _) =>
        {
            if (tags.ToArray().Any(tag => job.Key.Name.Equals(tag.Value)))
                counted(measurement);
        });
        meter.Start();
        return meter;
    }

    private static void AssertChained(IReadOnlyList<Activity> attempts)
    {
        Assert.That(attempts.Select(static span => span.GetTagItem("worker_tracing.attempt")), Is.EqualTo(new object[] { 1, 2, 3 }));
        Assert.That(attempts[0].Links, Is.Empty);
        for (int i = 1; i < attempts.Count; i++)
        {
            Assert.That(
                attempts[i].Links.Select(static link => (link.Context.TraceId, link.Context.SpanId)),
                Is.EqualTo(new[] { (attempts[i - 1].TraceId, attempts[i - 1].SpanId) }));
        }
    }

    private static void AssertFailed(Activity span, Type exception)
    {
        Assert.That(span.Status, Is.EqualTo(ActivityStatusCode.Error));
        Assert.That(span.GetTagItem("error.type"), Is.EqualTo(exception.FullName));
        Assert.That(span.Events.Select(static e => e.Name), Is.EqualTo(new[] { "exception" }));
    }

    private static void AssertCanceled(Activity span)
    {
        Assert.That(span.GetTagItem("workflow.execution.result"), Is.EqualTo("cancellation"));
        Assert.That(span.Status, Is.Not.EqualTo(ActivityStatusCode.Error));
    }

#if !QUARTZ3
    private sealed class Report : IJobRunReport
    {
        public JobRunResult Result => JobRunResult.Failed;

        public string? Summary => "half of it is missing";

        public IReadOnlyDictionary<string, object?>? Metrics => null;
    }
#endif

    private sealed class UncreatableJob : TestJob
    {
        public UncreatableJob() => throw new NotSupportedException("no");

        protected override Task RunAsync(IJobExecutionContext context, CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class Vetoing : TestTriggerListener
    {
        protected override bool Vetoes(IJobExecutionContext context) => true;
    }

    private sealed class VetoListener : TestJobListener
    {
        private readonly TaskCompletionSource _told = new();

        public Task Task => _told.Task;

        protected override void Vetoed(IJobExecutionContext context) => _told.SetResult();
    }
}

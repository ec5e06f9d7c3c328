using System.Diagnostics;
using OpenTelemetry;
using WorkerTracing.Testing;

namespace WorkerTracing.Tests;

[Category("Scope")]
public sealed class JobTraceScopeTests : IDisposable
{
    private readonly Pipeline _pipeline = new();

    public void Dispose() => _pipeline.Dispose();

    [Test]
    public async Task Start_ChildrenAfterAwaitsAndInTasks_AreBelowTheJob()
    {
        JobTrace job = _pipeline.Start();
        using (_pipeline.Source.StartActivity("direct"))
        {
        }

        await Task.Yield();
        using (_pipeline.Source.StartActivity("after an await"))
        {
        }

        await Task.Run(() => _pipeline.Source.StartActivity("in a task")?.Dispose());
        FlushResult result = await job.EndAsync();

        Assert.That(result.Status, Is.EqualTo(FlushStatus.Delivered));
        IReadOnlyList<Activity> spans = _pipeline.Exporter.SpansOf(job.TraceId);
        Assert.That(spans.Select(span => span.OperationName), Is.EquivalentTo(new[] { "direct", "after an await", "in a task", "job" }));
        Assert.That(spans.Where(span => span != job.Activity).Select(span => span.ParentSpanId), Is.All.EqualTo(job.Activity!.SpanId));
    }

    [TestCase("Stop")]
    [TestCase("End")]
    [TestCase("EndAsync")]
    [TestCase("Dispose")]
    [TestCase("DisposeAsync")]
    public async Task EveryEnd_UnderAnAmbientSpan_PutsItBackBeforeItReturns(string end)
    {
        using Activity? outer = _pipeline.Source.StartActivity("outer");
        JobTrace job = _pipeline.Start();
        Assert.That(Activity.Current, Is.SameAs(job.Activity));
        Assert.That(JobTrace.Current, Is.SameAs(job));

        ValueTask pending = Call(job, end);
        Activity? after = Activity.Current;
        JobTrace? jobAfter = JobTrace.Current;
        await pending;

        Assert.That(after, Is.SameAs(outer), "the end is synchronous: nothing is left current while the flush waits");
        Assert.That(jobAfter, Is.Null);
        Assert.That(Activity.Current, Is.SameAs(outer));
    }

    [TestCase("Stop")]
    [TestCase("End")]
    [TestCase("EndAsync")]
    [TestCase("Dispose")]
    [TestCase("DisposeAsync")]
    public async Task EveryEnd_WithAChildLeftOpen_PutsBackWhatWasBeforeTheJob(string end)
    {
        JobTrace job = _pipeline.Start();
        Activity? forgotten = _pipeline.Source.StartActivity("forgotten");
        Assert.That(forgotten, Is.Not.Null);

        ValueTask pending = Call(job, end);
        Activity? after = Activity.Current;
        await pending;

        Assert.That(after, Is.Null);
    }

    [Test]
    public async Task RunAsync_BodyThrows_RecordsItAndThrowsItOnUnchanged()
    {
        var own = new InvalidOperationException("the job's own");
        JobTrace? job = null;

        InvalidOperationException? thrown = Assert.ThrowsAsync<InvalidOperationException>(() => _pipeline.Tracer
            .RunAsync("failing", async (trace, _) =>
                {
                    job = trace;
                    await Task.Yield();
                    throw own;
                }));
        await Task.CompletedTask;

        Assert.That(thrown, Is.SameAs(own));
        Assert.That(Activity.Current, Is.Null);
        Activity span = _pipeline.Exporter.SpansOf(job!.TraceId).Single();
        Assert.That(span.Status, Is.EqualTo(ActivityStatusCode.Error));
        Assert.That(span.GetTagItem("error.type"), Is.EqualTo(typeof(InvalidOperationException).FullName));
        Assert.That(span.GetTagItem("workflow.execution.result"), Is.EqualTo("failure"));
        Assert.That(span.Events.Single().Name, Is.EqualTo("exception"));
    }

    [Test]
    public void RunAsync_ExceptionThatFailsWhoeverAsks_IsThrownOnAndTheSpanLeavesAsAnError()
    {
        var own = new UntellableException();
        JobTrace? job = null;

        UntellableException? thrown = Assert.ThrowsAsync<UntellableException>(() => _pipeline.Tracer.RunAsync("failing", (trace, _) =>
        {
            job = trace;
            throw own;
        }));

        Assert.That(thrown, Is.SameAs(own));
        Activity span = _pipeline.Exporter.SpansOf(job!.TraceId).Single();
        Assert.That(span.Status, Is.EqualTo(ActivityStatusCode.Error));
        Assert.That(span.GetTagItem("error.type"), Is.EqualTo(typeof(UntellableException).FullName));
    }

    [Test]
    public void Start_BaggageThatCannotBeRead_LeavesTheCallersOwn()
    {
        Baggage.Current = Baggage.Create(new Dictionary<string, string> { ["tenant"] = "the caller's" });

        JobTrace job = _pipeline.Tracer.Start(Pipeline.Job() with { Baggage = new UnreadableDictionary<string?>() });
        job.Dispose();

        Assert.That(Baggage.GetBaggage("tenant"), Is.EqualTo("the caller's"));
    }

    [Test]
    public void RunAsync_OwnTokenCancelled_IsCanceledNotFailed()
    {
        using var own = new CancellationTokenSource();
        JobTrace? job = null;

        Assert.CatchAsync<OperationCanceledException>(() => _pipeline.Tracer.RunAsync(
            "cancellation",
            async (trace, token) =>
            {
                job = trace;
                await own.CancelAsync();
                token.ThrowIfCancellationRequested();
            },
            own.Token));

        Activity span = _pipeline.Exporter.SpansOf(job!.TraceId).Single();
        Assert.That(span.Status, Is.EqualTo(ActivityStatusCode.Unset));
        Assert.That(span.GetTagItem("workflow.execution.result"), Is.EqualTo("cancellation"));
        Assert.That(job.Result.Status, Is.EqualTo(FlushStatus.Delivered), "the job's token does not end its flush");
    }

    [Test]
    public void RunAsync_ForeignCancellation_IsAnError()
    {
        JobTrace? job = null;

        Assert.CatchAsync<OperationCanceledException>(() => _pipeline.Tracer.RunAsync("cancelled elsewhere", (trace, _) =>
        {
            job = trace;
            throw new TaskCanceledException("a timeout of somebody else's");
        }));

        Assert.That(_pipeline.Exporter.SpansOf(job!.TraceId).Single().Status, Is.EqualTo(ActivityStatusCode.Error));
    }

    [Test]
    public async Task RunAsync_WithAResult_AnswersIt()
    {
        int answer = await _pipeline.Tracer.RunAsync("answering", (_, _) => Task.FromResult(42));

        Assert.That(answer, Is.EqualTo(42));
    }

    [Test]
    public async Task Start_InsideAnUnfinishedJob_IsAChildThatNeverFlushes()
    {
        JobTrace outer = _pipeline.Start("outer");
        JobTrace inner = _pipeline.Start("inner");
        Assert.That(JobTrace.Current, Is.SameAs(inner));

        FlushResult innerResult = await inner.EndAsync();
        Assert.That(JobTrace.Current, Is.SameAs(outer));
        Assert.That(_pipeline.Exporter.Calls, Is.Zero);
        FlushResult outerResult = await outer.EndAsync();

        Assert.That(innerResult.Status, Is.EqualTo(FlushStatus.NotRequested));
        Assert.That(inner.Activity!.ParentSpanId, Is.EqualTo(outer.Activity!.SpanId));
        Assert.That(
            outerResult,
            Has.Property(nameof(FlushResult.Status)).EqualTo(FlushStatus.Delivered).And.Property(nameof(FlushResult.Exported)).EqualTo(2));
        Assert.That(JobTrace.Of(inner.Activity), Is.SameAs(inner));
        Assert.That(JobTrace.Of(inner.Activity.Parent!), Is.SameAs(outer));
    }

    [Test]
    public async Task Start_OnAFlowThatCameFromAJobButServesAnotherTrace_IsAJobOfItsOwn([Values] bool underARootOfItsOwn)
    {
        JobTrace outer = _pipeline.Start("outer");
        Activity.Current = null;
        using Activity? root = underARootOfItsOwn ? _pipeline.Source.StartActivity("another trace") : null;

        JobTrace job = _pipeline.Start("job");
        FlushResult result = await job.EndAsync();
        await outer.EndAsync();

        Assert.That(result.Status, Is.EqualTo(FlushStatus.Delivered));
        Assert.That(job.TraceId, Is.Not.EqualTo(outer.TraceId));
    }

    [Test]
    public async Task Current_InATaskThatOutlivesTheJob_IsNull()
    {
        var ended = new TaskCompletionSource();
        JobTrace job = _pipeline.Start();
        Task<(JobTrace? Job, Activity? NextParent)> straggler = Task.Run(async () =>
        {
            await ended.Task;
            JobTrace next = _pipeline.Start("next");
            Activity? parent = next.Activity!.Parent;
            await next.EndAsync();
            return (JobTrace.Current, parent);
        });
        await job.EndAsync();
        ended.SetResult();

        (JobTrace? current, Activity? nextParent) = await straggler;

        Assert.That(current, Is.Null);
        Assert.That(nextParent, Is.Null, "a stopped span is nobody's parent");
    }

    [Test]
    public async Task Stop_OnAnotherFlow_TouchesOnlyThatFlow()
    {
        JobTrace job = _pipeline.Start();
        var release = new TaskCompletionSource();
        Activity? elsewhere;
        using (ExecutionContext.SuppressFlow())
        {
            Task<Activity?> other = Task.Run(async () =>
            {
                await release.Task;
                using Activity? own = _pipeline.Source.StartActivity("the other flow's own");
                job.Stop();
                return ReferenceEquals(Activity.Current, own) ? own : null;
            });
            release.SetResult();
            elsewhere = other.GetAwaiter().GetResult();
        }

        Assert.That(elsewhere, Is.Not.Null, "the other flow keeps its own span");
        JobTrace next = _pipeline.Start("next");
        Assert.That(next.Activity!.Parent, Is.Null, "the starter's flow still has the stopped span as its ambient one");
        await next.EndAsync();
        Assert.That((await job.EndAsync()).Status, Is.EqualTo(FlushStatus.Delivered));
    }

    [Test]
    public async Task EndAsync_Twice_AnswersTheSame()
    {
        JobTrace job = _pipeline.Start();

        FlushResult first = await job.EndAsync();
        FlushResult second = job.End();

        Assert.That(second, Is.EqualTo(first));
        Assert.That(job.Result, Is.EqualTo(first));
        Assert.That(_pipeline.Exporter.SpansOf(job.TraceId), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Start_InATaskThatOutlivesTheJobBefore_DoesNotHoldOnToAllJobsBefore()
    {
        _pipeline.Exporter.OnExport = static _ => ExportResult.Failure; // it keeps what it takes
        var ended = new List<WeakReference>();
        JobTrace last = await RunInARowAsync(ended);
        await _pipeline.Processor.FlushAsync(TimeSpan.FromSeconds(30));

        await Until.TrueAsync(
            () =>
            {
                GC.Collect();
                return ended.Count(static job => job.IsAlive) < 3;
            },
            "the jobs before are gone");
        GC.KeepAlive(last);
    }

    /// <summary>Each job leaves a task behind that begins the next one when it has ended.</summary>
    private Task<JobTrace> RunInARowAsync(List<WeakReference> ended)
    {
        var last = new TaskCompletionSource<JobTrace>(TaskCreationOptions.RunContinuationsAsynchronously);
        Begin(20);
        return last.Task;

        void Begin(int more)
        {
            JobTrace job = _pipeline.Start();
            var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (more == 0)
                last.SetResult(job);
            else
                _ = Task.Run(() => ContinueAsync(end.Task, more - 1));
            job.Dispose();
            if (more > 0)
                ended.Add(new WeakReference(job));
            end.SetResult();
        }

        async Task ContinueAsync(Task end, int more)
        {
            await end;
            Begin(more);
        }
    }

    private static ValueTask Call(JobTrace job, string end)
    {
        switch (end)
        {
            case "Stop":
                job.Stop();
                return default;
            case "End":
                job.End();
                return default;
            case "EndAsync":
                return new ValueTask(job.EndAsync().AsTask());
            case "Dispose":
                job.Dispose();
                return default;
            default:
                return job.DisposeAsync();
        }
    }
}

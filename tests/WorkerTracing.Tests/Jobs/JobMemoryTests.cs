using System.Runtime.CompilerServices;
using OpenTelemetry;
using OpenTelemetry.Trace;
using WorkerTracing.Testing;

namespace WorkerTracing.Tests;

/// <summary>What a job keeps in memory.</summary>
[NonParallelizable] // the jobs and the memory of the process are counted
public sealed class JobMemoryTests
{
    [Test]
    public void QueuedSpan_OfAJobWithArguments_DoesNotKeepThem()
    {
        using var pipeline = new Pipeline(new WorkerTracingOptions { Enrich = static (_, job) => Assert.That(job.Arguments, Is.Not.Null) });
        WeakReference argument = End(pipeline, out JobTrace job);

        Collect();

        Assert.That(argument.IsAlive, Is.False);
        Assert.That(job.Job.Arguments, Is.Null);
        Assert.That(job.IsRecorded, Is.True);
    }

    [Test]
    public void QueuedSpan_OfAFailedJob_DoesNotKeepTheException()
    {
        using var pipeline = new Pipeline(new WorkerTracingOptions());
        WeakReference exception = Fail(pipeline, out JobTrace job);

        Collect();

        Assert.That(exception.IsAlive, Is.False);
        Assert.That(job.Activity!.GetTagItem("error.type"), Is.EqualTo(typeof(InvalidOperationException).FullName));
    }

    [Test]
    public async Task Start_JobsThatOverlapAndContinueEachOther_LetGoOfTheFirstOnes()
    {
        using var pipeline = new Pipeline(new WorkerTracingOptions());
        pipeline.Exporter.OnExport = static _ => ExportResult.Failure; // on success it keeps the spans
        var ended = new List<WeakReference>();
        JobTrace last = await OverlapAsync(pipeline, 200, ended);
        await pipeline.Processor.FlushAsync(TimeSpan.FromSeconds(30));

        await Until.TrueAsync(
            () =>
            {
                GC.Collect();
                return ended.Skip(1).Take(100).All(static span => !span.IsAlive); // the first is the root that the segment answers for
            },
            "the spans of the first jobs are gone while the last one runs");

        Assert.That(last.Depth, Is.GreaterThan(100));
        last.Dispose();
    }

    [Test]
    public void Start_InsideAJobThatWasSampledOut_FlushesItself()
    {
        using var pipeline = new Pipeline(
            new WorkerTracingOptions { Flush = FlushMode.Wait, FlushTimeout = TimeSpan.FromSeconds(30) }, sampler: new DropPoller());
        JobTrace poller = pipeline.Start("poller");
        JobTrace message = pipeline.Start("message");
        JobTrace nested = pipeline.Start("nested");

        FlushResult nestedResult = nested.End();
        FlushResult result = message.End();
        FlushResult pollerResult = poller.End();

        Assert.That(nestedResult.Status, Is.EqualTo(FlushStatus.NotRequested));
        Assert.That(result.Status, Is.EqualTo(FlushStatus.Delivered));
        Assert.That(result.Exported, Is.EqualTo(2));
        Assert.That(pollerResult.Status, Is.EqualTo(FlushStatus.NotRequested));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference End(Pipeline pipeline, out JobTrace job)
    {
        object argument = new byte[1000];
        job = pipeline.Tracer.Start(
            Pipeline.Job() with { Arguments = new Dictionary<string, object?> { ["message"] = argument } });
        job.Dispose();
        return new WeakReference(argument);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference Fail(Pipeline pipeline, out JobTrace job)
    {
        var exception = new InvalidOperationException();
        job = pipeline.Start();
        job.Fail(exception);
        job.Dispose();
        return new WeakReference(exception);
    }

    /// <summary>Each job starts the next one in a task, and ends when that one runs.</summary>
    private static Task<JobTrace> OverlapAsync(Pipeline pipeline, int jobs, List<WeakReference> ended)
    {
        var last = new TaskCompletionSource<JobTrace>(TaskCreationOptions.RunContinuationsAsynchronously);
        _ = Task.Run(() => RunAsync(jobs, new TaskCompletionSource(), Task.CompletedTask));
        return last.Task;

        async Task RunAsync(int left, TaskCompletionSource started, Task previousEnded)
        {
            JobTrace job = pipeline.Start();
            started.SetResult();
            await previousEnded;
            if (left == 0)
            {
                last.SetResult(job);
                return;
            }

            var next = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _ = Task.Run(() => RunAsync(left - 1, next, end.Task));
            await next.Task;
            lock (ended)
                ended.Add(new WeakReference(job.Activity));
            job.Dispose();
            end.SetResult();
        }
    }

    private static void Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
    }

    private sealed class DropPoller : Sampler
    {
        public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) =>
            new(samplingParameters.Name == "poller" ? SamplingDecision.Drop : SamplingDecision.RecordAndSample);
    }
}

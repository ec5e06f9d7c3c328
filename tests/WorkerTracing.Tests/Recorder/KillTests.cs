using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using WorkerTracing.Recorder.Worker;
using WorkerTracing.Testing;

namespace WorkerTracing.Tests;

/// <summary>A worker with a flight recorder, killed with SIGKILL at a moment that is not chosen, and the worker after it.</summary>
[NonParallelizable]
public sealed class KillTests
{
    private readonly TemporaryDirectory _directory = new();

    [TearDown]
    public void Delete() => _directory.Dispose();

    [TestCase(HttpStatusCode.OK, 200)]
    [TestCase(HttpStatusCode.OK, 2000)]
    [TestCase(HttpStatusCode.ServiceUnavailable, 200)]
    [TestCase(HttpStatusCode.ServiceUnavailable, 2000)]
    public async Task Kill_WhileJobsRunAndEnd_TheNextWorkerDeliversEverySpan(HttpStatusCode during, int spans)
    {
        if (!FullRun.IsOn && (during == HttpStatusCode.OK) == (spans == 2000))
            Assert.Ignore("In a full run alone: WORKERTRACING_FULL_TESTS=1");
        await using var backend = new OtlpReceiver { OnRequest = _ => Task.FromResult(during) };
        SpanLines killed;
        await using (ChildProcess worker = Start(backend, "work"))
        {
            await EndedAsync(worker, spans);
            worker.Kill();
            await worker.EndedAsync();
            killed = SpanLines.Of(worker.Output);
        }

        backend.OnRequest = static _ => Task.FromResult(HttpStatusCode.OK);
        await using ChildProcess next = Start(backend, "next");
        await next.WroteAsync(new Regex("started"));
        await Until.TrueAsync(
            () => killed.Recorded.IsSubsetOf(backend.Spans.Select(static span => span.SpanId)),
            "the next worker has delivered every span");
        await next.WriteLineAsync("repeat");
        await Until.TrueAsync(() => Repeated(backend).Count == Work.LongJobs, "the next attempts have run");
        next.CloseInput();
        await next.EndedAsync();

        OtlpSpan[] received = [.. backend.Spans.DistinctBy(static span => span.SpanId)];
        HashSet<string> ids = [.. received.Select(static span => span.SpanId)];
        var begun = SpanLines.Of(next.Output);
        OtlpSpan[] abandoned = [.. received.Where(static span => span.Attributes.GetValueOrDefault("error.type") is "abandoned")];
        OtlpSpan[] cut = [.. abandoned.Where(span => !killed.Open.Contains(span.SpanId))];
        Assert.That(cut.Length, Is.LessThanOrEqualTo(1), "the short job that ran at that moment");
        Assert.That(cut.Select(static span => span.Name), Is.All.EqualTo("short"));
        Assert.That(killed.Open, Is.SubsetOf(abandoned.Select(static span => span.SpanId)), "the jobs, and the spans between");
        string[] known = [.. killed.Begun, .. begun.Begun, .. cut.Select(static span => span.SpanId)];
        Assert.That(ids, Is.SubsetOf(known), "no span is invented");
        Assert.That(received.Where(span => span.ParentSpanId.Length > 0 && !ids.Contains(span.ParentSpanId)), Is.Empty, "orphans");
        Assert.That(killed.Answers, Is.Empty, "every trace was stored when its job ended");
        TestContext.Out.WriteLine(
            $"recorded {killed.Recorded.Count}, received {backend.Spans.Count}, of them twice {backend.Spans.Count - received.Length}");
    }

    [Test]
    public async Task Kill_WhileAJobRuns_ItArrivesClosedAndTheNextAttemptLinksToIt()
    {
        await using var backend = new OtlpReceiver();
        SpanLines killed;
        await using (ChildProcess worker = Start(backend, "work"))
        {
            await worker.WroteAsync(new Regex("running"));
            worker.Kill();
            await worker.EndedAsync();
            killed = SpanLines.Of(worker.Output);
        }

        await using ChildProcess next = Start(backend, "next");
        await Until.TrueAsync(() => killed.Open.IsSubsetOf(backend.Spans.Select(static span => span.SpanId)), "the jobs have arrived");
        await next.WriteLineAsync("repeat");
        await Until.TrueAsync(() => Repeated(backend).Count == Work.LongJobs, "the next attempts have run");

        OtlpSpan[] jobs = [.. backend.Spans.Where(static span => span.Name == "long").Except(Repeated(backend))];
        Assert.That(jobs.Select(static job => job.Attributes["workflow.execution.result"]), Is.All.EqualTo("error"));
        Assert.That(jobs.Select(static job => job.StatusCode), Is.All.EqualTo(ActivityStatusCode.Error));
        Assert.That(jobs.Select(static job => job.Duration), Is.All.InRange(TimeSpan.Zero, TimeSpan.FromSeconds(30)));
        Assert.That(jobs.Select(static job => job.Attributes["worker_tracing.job.id"]), Is.Unique.And.Exactly(Work.LongJobs).Items);
        foreach (OtlpSpan attempt in Repeated(backend))
        {
            OtlpSpan died = jobs.Single(job => job.Attributes["worker_tracing.job.id"].Equals(attempt.Attributes["worker_tracing.job.id"]));
            Assert.That(attempt.LinkedSpanIds, Is.EqualTo(new[] { died.SpanId }));
        }
    }

    [Test]
    public async Task Stop_BackendIsAway_TheNextWorkerDelivers()
    {
        await using var backend = new OtlpReceiver { OnRequest = static _ => Task.FromResult(HttpStatusCode.ServiceUnavailable) };
        SpanLines stopped;
        await using (ChildProcess worker = Start(backend, "work"))
        {
            await EndedAsync(worker, 200);
            worker.CloseInput();
            await worker.EndedAsync();
            stopped = SpanLines.Of(worker.Output);
        }

        backend.OnRequest = static _ => Task.FromResult(HttpStatusCode.OK);
        await using ChildProcess next = Start(backend, "next");

        await Until.TrueAsync(
            () => stopped.EndedBeforeStop.IsSubsetOf(backend.Spans.Select(static span => span.SpanId)),
            "the next worker has delivered what the first had left");
    }

    private static Task EndedAsync(ChildProcess worker, int spans) =>
        Until.TrueAsync(() => worker.Output.AsSpan().Count("\nended ") >= spans, $"{spans} spans have ended");

    private static List<OtlpSpan> Repeated(OtlpReceiver backend) =>
        [.. backend.Spans.Where(static span => span.Attributes.GetValueOrDefault("worker_tracing.attempt") is 2L)];

    private ChildProcess Start(OtlpReceiver backend, string mode) => ChildProcess.StartDotnet(
        [typeof(Work).Assembly.Location, _directory.Path, new Uri(backend.Endpoint, "v1/traces").ToString(), mode]);

    /// <param name="Begun">Spans that may have been recorded.</param>
    /// <param name="Open">Jobs and enclosing spans whose start was recorded.</param>
    /// <param name="Ended">Spans whose end was recorded.</param>
    /// <param name="Answers">Answers of flushes other than Stored.</param>
    private sealed record SpanLines(HashSet<string> Begun, HashSet<string> Open, HashSet<string> Ended, string[] Answers)
    {
        public HashSet<string> Recorded => [.. Open, .. Ended];

        /// <summary>Gets the ended spans without the last ones, which may have ended after the recorder.</summary>
        public HashSet<string> EndedBeforeStop => [.. Ended.Take(100)];

        public static SpanLines Of(string output)
        {
            // The last line may be cut.
            string[] lines = output[..(output.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries);
            string[][] words = [.. lines.Select(static line => line.Split(' '))];
            return new SpanLines(Ids("begun"), Ids("open"), Ids("ended"), [.. lines.Where((_, i) => words[i][0] == "answered")]);

            HashSet<string> Ids(string what) => [.. words.Where(line => line[0] == what).Select(static line => line[2])];
        }
    }
}

using System.Collections.Concurrent;
using System.Diagnostics;
using Hangfire;
using Hangfire.States;
using OpenTelemetry;
using WorkerTracing.Testing;

namespace WorkerTracing.Hangfire.Tests;

/// <summary>The span of an attempt: what it says, what is below it, and what it leaves behind.</summary>
public sealed class AttemptTests
{
    [Test]
    public async Task Perform_AJob_ItsSpanSaysWhatHangfireKnows()
    {
        using Server server = new Server().Start();
        string? processing = null;
        string key = Work.Does(static () => { });
        server.Filters.Add(new Probe
        {
            Performing = context => processing = string.Join(" ", context.Connection.GetStateData(context.BackgroundJob.Id).Data.Values)
        });

        string job = server.Client.Enqueue(() => Work.Run(key));

        Activity span = await server.SpanAsync(job);
        Assert.That(span.DisplayName, Is.EqualTo("Work.Run"));
        Assert.That(span.GetTagItem("workflow.platform.name"), Is.EqualTo("hangfire"));
        Assert.That(span.GetTagItem("messaging.destination.name"), Is.EqualTo("default"));
        Assert.That(span.GetTagItem("worker_tracing.attempt"), Is.EqualTo(1));
        Assert.That(span.GetTagItem("worker_tracing.wait_ms"), Is.Not.Null);
        Assert.That(span.GetTagItem("workflow.execution.result"), Is.EqualTo("success"));
        Assert.That(processing, Does.Contain((string)span.GetTagItem("worker_tracing.hangfire.server")!));
        Assert.That(processing, Does.Contain((string)span.GetTagItem("worker_tracing.hangfire.worker")!));
    }

    [Test]
    public async Task Perform_ClosedGenericMethods_HaveDifferentNames()
    {
        using Server server = new Server().Start();

        string numbers = server.Client.Enqueue(() => Work.Generic(1));
        string lists = server.Client.Enqueue(() => Work.Generic(new List<string>()));

        Assert.That((await server.SpanAsync(numbers)).DisplayName, Is.EqualTo("Work.Generic<Int32>"));
        Assert.That((await server.SpanAsync(lists)).DisplayName, Is.EqualTo("Work.Generic<List<String>>"));
    }

    [Test]
    public async Task Perform_ARetryOfAScheduledJob_HasATraceOfItsOwnLikeEachAttempt()
    {
        using Server server = new Server().Retrying(0).Start();
        using Activity creator = server.Source.StartActivity("creator")!;
        int runs = 0;
        string key = Work.Does(() =>
        {
            if (++runs == 1)
                throw new InvalidOperationException();
        });

        string job = server.Client.Create(() => Work.Run(key), new ScheduledState(DateTime.UtcNow.AddHours(-1)));

        Activity first = await server.SpanAsync(job), second = await server.SpanAsync(job, 2);
        Assert.That(new[] { creator, first, second }.Select(static span => span.TraceId), Is.Unique);
        Assert.That(
            second.Links.Select(static link => (link.Tags!.Single().Value, link.Context.SpanId)),
            Is.EquivalentTo(new (object?, ActivitySpanId)[] { ("origin", creator.SpanId), ("previous_attempt", first.SpanId) }));
    }

    [Test]
    public async Task Perform_UnderAnyFilter_TheSpanEnclosesIt()
    {
        Activity? before = null, after = null;
        var probe = new Probe(int.MinValue + 1) { Performing = _ => before = Activity.Current, Performed = _ => after = Activity.Current };
        using Server server = new Server(filters: server => server.Filters.Add(probe)).Start();

        Activity job = await server.RunAsync(static () => { });

        Assert.That((before?.SpanId, after?.SpanId), Is.EqualTo((job.SpanId, job.SpanId)));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Perform_ASynchronousOrAsynchronousJob_ItsSpansAreBelowTheJobs(bool asynchronous)
    {
        using Server server = new Server().Start();
        string key = Work.Does(async _ =>
        {
            using (server.Source.StartActivity("first"))
                await (asynchronous ? Task.Delay(1) : Task.CompletedTask);
            using (server.Source.StartActivity("second"))
                await Task.CompletedTask;
        });

        string id = asynchronous
            ? server.Client.Enqueue(() => Work.RunAsync(key, JobCancellationToken.Null))
            : server.Client.Enqueue(() => Work.Run(key));

        Activity job = await server.SpanAsync(id);
        await Until.TrueAsync(() => server.Exporter.SpansOf(job.TraceId).Count == 3, "the job and its two spans have been exported");
        Assert.That(
            server.Exporter.SpansOf(job.TraceId).Where(span => span != job).Select(static span => span.ParentSpanId),
            Is.All.EqualTo(job.SpanId));
    }

    [Test]
    public async Task Perform_AfterAJobWhoseFiltersFailAndLeak_NothingAmbientIsLeft()
    {
        var ambient = new ConcurrentDictionary<string, string?>();
        using Server server = new Server(filters: server =>
        {
            server.Filters.Add(new Probe
            {
                Performing = context =>
                {
                    server.Source.StartActivity("leaked");
                    Baggage.SetBaggage("leaked", "yes");
                    if (context.BackgroundJob.Job.Args[0] is string and [.., '!'])
                        throw new InvalidOperationException("before");
                },
                Performed = context =>
                {
                    server.Source.StartActivity("leaked as well");
                    throw new InvalidOperationException("after");
                },
                // Runs on the worker's thread as well: before the attempt, and again after it.
                Electing = context => ambient[$"{context.BackgroundJob.Id} {context.CandidateState.Name}"] = Activity.Current?.DisplayName,
            });
        }).Start();

        string key = Work.Does(static () => { });
        string[] jobs =
        [
            server.Client.Enqueue(() => Work.Run(key)),
            server.Client.Enqueue(() => Work.Run(key + "!")),
            server.Client.Enqueue(() => Work.Run(key)),
        ];

        foreach (string job in jobs)
        {
            Activity span = await server.SpanAsync(job);
            Assert.That(
                (span.ParentSpanId, span.Links.Count()),
                Is.EqualTo((default(ActivitySpanId), 0)),
                "each job has a trace of its own");
            await server.StateAsync(job, FailedState.StateName);
        }

        Assert.That(ambient.Where(static seen => !seen.Key.EndsWith(EnqueuedState.StateName, StringComparison.Ordinal))
            .Select(static seen => seen.Value), Is.All.Null);
        Assert.That(ambient, Has.Count.GreaterThanOrEqualTo(6));
    }

    [Test]
    public async Task Perform_OnTheThreadsOfAServerStartedInsideASpan_IsNoPartOfThatSpan()
    {
        using var server = new Server();
        using Activity startup = await Task.Run(() =>
        {
            Activity span = server.Source.StartActivity("startup")!;
            Baggage.SetBaggage("startup", "yes");
            server.Start();
            return span;
        });
        string? baggage = "not run";

        Activity job = await server.RunAsync(() => baggage = Baggage.GetBaggage("startup"));

        Assert.That((job.TraceId == startup.TraceId, job.Links.Count(), baggage), Is.EqualTo((false, 0, (string?)null)));
    }

    [Test]
    public async Task Perform_OnTwentyWorkers_EachJobHasItsOwnSpans()
    {
        using Server server = new Server(new WorkerTracingOptions { Flush = FlushMode.Wait, FlushTimeout = TimeSpan.FromSeconds(30) })
            .Start(20);
        var jobs = new List<(string Id, Activity Creator)>();
        var together = new Rendezvous(20);
        string key = Work.Does(async _ =>
        {
            await together.ArriveAsync();
            using (server.Source.StartActivity("step"))
                await Task.Delay(1);
        });

        for (int i = 0; i < 200; i++)
        {
            using Activity creator = server.Source.StartActivity("creator")!;
            jobs.Add((server.Client.Enqueue(() => Work.RunAsync(key, JobCancellationToken.Null)), creator));
        }

        await Until.TrueAsync(
            () => server.Exporter.Spans.Count(span => span.Source.Name == server.Source.Name) == 400,
            "all creators and steps have been exported");
        foreach ((string id, _) in jobs)
            await server.StateAsync(id, SucceededState.StateName);
        ILookup<ActivityTraceId, Activity> traces = server.Exporter.Spans.ToLookup(static span => span.TraceId);
        foreach ((string id, Activity creator) in jobs)
        {
            Activity job = traces[creator.TraceId].Single(span => Equals(span.GetTagItem("worker_tracing.job.id"), id));
            Activity step = traces[creator.TraceId].Single(static span => span.DisplayName == "step");
            Assert.That((job.ParentSpanId, step.ParentSpanId), Is.EqualTo((creator.SpanId, job.SpanId)));
        }
    }

    [Test]
    public async Task Perform_WithArgumentsCaptured_RecordsThemByNameAndRedacted()
    {
        using Server server = new Server(new WorkerTracingOptions
        {
            Flush = FlushMode.Background,
            CaptureArguments = true,
            Redact = static (name, value) => name == "key" ? "***" : value,
        }).Start();
        string key = Work.Does(static () => { });

        string job = server.Client.Enqueue(() => Work.RunAsync(key, JobCancellationToken.Null));

        Activity span = await server.SpanAsync(job);
        Assert.That(
            span.TagObjects.Where(static tag => tag.Key.StartsWith("worker_tracing.argument.", StringComparison.Ordinal)),
            Is.EqualTo(new[] { KeyValuePair.Create("worker_tracing.argument.key", (object?)"***") }));
    }
}

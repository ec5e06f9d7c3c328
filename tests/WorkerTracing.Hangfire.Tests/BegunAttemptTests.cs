using System.Collections.Concurrent;
using System.Diagnostics;
using Hangfire;
using Hangfire.States;

namespace WorkerTracing.Hangfire.Tests;

/// <summary>What is stored when an attempt begins, so that the next one links to it even if this one never ends.</summary>
public sealed class BegunAttemptTests
{
    private const string Previous = "previous: ";

    [TestCase(true)]
    [TestCase(false)]
    public async Task Perform_AJobThatRuns_ItsSpanIsStored(bool transactional)
    {
        var storage = new FaultyStorage { Faultless = true, HandsOver = transactional };
        using Server server = new Server(storage: storage.Over).Start();
        string? stored = null, job = null;
        using var enqueued = new ManualResetEventSlim();
        string key = Work.Does(() =>
        {
            enqueued.Wait(TimeSpan.FromMinutes(1));
            stored = server.Parameter(job!, JobParameter.Job);
        });

        job = server.Client.Enqueue(() => Work.Run(key));
        enqueued.Set();

        Activity span = await server.SpanAsync(job);
        Assert.That(stored, Does.EndWith(Previous + span.Id));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Perform_AJobThatIsNotRecorded_StoresNothing(bool transactional)
    {
        var storage = new FaultyStorage { Faultless = true, HandsOver = transactional };
        using Server server = new Server(new WorkerTracingOptions { Filter = static _ => false }, storage.Over).Start();
        string key = Work.Does(static () => { });
        string job = server.Client.Enqueue(() => Work.Run(key));

        await server.StateAsync(job, SucceededState.StateName);

        Assert.That(server.Parameter(job, JobParameter.Job), Does.Not.Contain(Previous));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Perform_AfterAChangeToProcessingThatFailed_HasOneSpanAndNoLink(bool transactional)
    {
        var storage = new FaultyStorage { Faultless = true, HandsOver = transactional };
        int processing = 0;
        using Server server = new Server(storage: storage.Over).Start();
        server.Filters.Add(new Probe(1)
        {
            Applied = context =>
            {
                if (context.NewState is ProcessingState && ++processing == 1)
                    throw new TimeoutException("the storage");
            },
        });

        Activity span = await server.RunAsync(static () => { });

        Assert.That((processing, server.SpansOf(JobOf(span)).Count, span.Links.Count()), Is.EqualTo((2, 1, 0)));
        Assert.That(server.Parameter(JobOf(span), JobParameter.Job), Does.EndWith(Previous + span.Id));
        AssertNoDiscardedSpan(server);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Perform_AfterAChangeThatWasMadeAndReportedAsFailed_LinksToNoSpanThatWasDiscarded(bool transactional)
    {
        var storage = new FaultyStorage { Faultless = true, HandsOver = transactional };
        bool fails = true;
        int changing = 0; // the thread of the change: the schedulers of the server release locks too
        storage.Released = () =>
        {
            if (!fails || changing != Environment.CurrentManagedThreadId)
                return;
            fails = false;
            throw new TimeoutException("the connection was lost behind the commit");
        };
        using Server server = new Server(storage: storage.Over).Start();
        server.Filters.Add(new Probe(1)
        {
            Applied = context => changing = context.NewState is ProcessingState ? Environment.CurrentManagedThreadId : changing,
        });

        Activity span = await server.RunAsync(static () => { });

        Assert.That((fails, span.Links.Count()), Is.EqualTo((false, 0)));
        Assert.That(server.Parameter(JobOf(span), JobParameter.Job), Does.EndWith(Previous + span.Id));
        AssertNoDiscardedSpan(server);
    }

    [Test]
    public async Task Perform_AJobThatAnotherFilterElectsAway_HasNoSpan()
    {
        using Server server = new Server().Start();
        server.Filters.Add(new Probe
        {
            Electing = context =>
            {
                if (context.CandidateState is ProcessingState)
                    context.CandidateState = new DeletedState();
            },
        });
        string key = Work.Does(static () => { });

        string job = server.Client.Enqueue(() => Work.Run(key));

        await server.StateAsync(job, DeletedState.StateName);
        server.Stop();
        AssertNoDiscardedSpan(server);
    }

    [Test]
    public async Task Perform_WithTwoFilters_TheSpanThatWasStoredIsTheOneThatRuns()
    {
        using var server = new Server();
        server.Filters.Add(new JobTraceFilter(server.Tracer));
        server.Start();

        Activity span = await server.RunAsync(static () => { });

        Assert.That(server.Parameter(JobOf(span), JobParameter.Job), Does.EndWith(Previous + span.Id));
        AssertNoDiscardedSpan(server);
    }

    [Test]
    public async Task Perform_WhenTheStorageFailsToStoreTheSpan_TheJobRunsAndItsRetryLinksToIt()
    {
        int calls = int.MinValue; // since the change to Processing: the first one reads, the second one writes
        var storage = new FaultyStorage { Faultless = true };
        storage.Touched = name =>
        {
            if (name == JobParameter.Job && ++calls == 2)
                throw new TimeoutException("the storage");
        };
        using Server server = new Server(storage: storage.Over).Retrying(0).Start();
        server.Filters.Add(new Probe
        {
            Applied = context => calls = calls < 0 && context.NewState is ProcessingState ? 0 : calls,
        });
        int runs = 0;
        string key = Work.Does(() =>
        {
            if (++runs == 1)
                throw new InvalidOperationException();
        });

        string job = server.Client.Enqueue(() => Work.Run(key));

        Activity first = await server.SpanAsync(job), second = await server.SpanAsync(job, 2);
        Assert.That(calls, Is.GreaterThanOrEqualTo(2));
        Assert.That(second.Links.Select(static link => link.Context.SpanId), Is.EqualTo(new[] { first.SpanId }));
    }

    [Test]
    public async Task Perform_ARetry_AsksNoFlightRecorderForTheAttemptBefore()
    {
        var asked = new ConcurrentDictionary<int, bool>();
        var options = new WorkerTracingOptions
        {
            Flush = FlushMode.Background,
            Enrich = (_, job) => asked[job.Attempt] = job.RecoveryIds is not { Count: 0 },
        };
        using Server server = new Server(options).Retrying(0).Start();
        int runs = 0;
        string key = Work.Does(() =>
        {
            if (++runs == 1)
                throw new InvalidOperationException();
        });

        string job = server.Client.Enqueue(() => Work.Run(key));

        await server.StateAsync(job, SucceededState.StateName);
        Assert.That((asked[1], asked[2]), Is.EqualTo((true, false)), "it could know an older one only");
    }

    private static string JobOf(Activity span) => (string)span.GetTagItem("worker_tracing.job.id")!;

    /// <summary>A span that was discarded has not been described.</summary>
    private static void AssertNoDiscardedSpan(Server server)
    {
        server.Flush();
        Assert.That(
            server.Exporter.Spans.Where(static span => span.Source.Name == "WorkerTracing")
                .Where(static span => span.GetTagItem("worker_tracing.job.id") is null),
            Is.Empty);
    }
}

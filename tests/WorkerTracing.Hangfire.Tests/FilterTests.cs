using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Hangfire;
using Hangfire.States;
using WorkerTracing.Testing;

namespace WorkerTracing.Hangfire.Tests;

/// <summary>The filter as a guest in Hangfire's pipeline.</summary>
public sealed class FilterTests
{
    [Test]
    public async Task Perform_WithThrowingCallbacks_TheJobSucceeds()
    {
        using Server server = new Server(new WorkerTracingOptions
        {
            Flush = FlushMode.Background,
            Filter = static _ => throw new InvalidOperationException("filter"),
            FlushSelector = static _ => throw new InvalidOperationException("selector"),
            NameSelector = static _ => throw new InvalidOperationException("name"),
            Enrich = static (_, _) => throw new InvalidOperationException("enrich"),
            Redact = static (_, _) => throw new InvalidOperationException("redact"),
            CaptureArguments = true,
        }).Start();

        Activity job = await server.RunAsync(static () => { });

        Assert.That(job.DisplayName, Is.EqualTo("Work.Run"), "traced all the same");
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Perform_OnAStorageWhoseParametersThrow_TheJobSucceedsAndIsTraced(bool hangfiresToo)
    {
        var storage = new FaultyStorage { HangfiresToo = hangfiresToo };
        var traces = new ConcurrentBag<JobTrace>();
        var options = new WorkerTracingOptions
        {
            Flush = FlushMode.Wait,
            FlushTimeout = TimeSpan.FromSeconds(30),
            Enrich = (trace, _) => traces.Add(trace)
        };
        using var server = new Server(options, real => storage.Over(real));
        using Activity? creator = server.Source.StartActivity("creator");
        string first = Work.Does(static () => { }), second = Work.Does(static () => { });
        string job = server.Client.Enqueue(() => Work.Run(first));
        string next = server.Client.ContinueJobWith(job, () => Work.Run(second));
        server.Start();

        foreach (string id in new[] { job, next })
        {
            await server.StateAsync(id, SucceededState.StateName);
            Assert.That((await server.SpanAsync(id)).GetTagItem("workflow.execution.result"), Is.EqualTo("success"));
        }

        Assert.That(storage.Faults, Is.Positive);
        Assert.That(traces.Select(static trace => trace.Result.Status), Is.EqualTo(new[] { FlushStatus.Delivered, FlushStatus.Delivered }));
    }

    [Test]
    [NonParallelizable] // the meter is the whole process's
    public async Task Perform_WhileItsStorageFails_IsCounted()
    {
        int counted = 0;
        using MeterListener listener = Failures(() => Interlocked.Increment(ref counted));
        var storage = new FaultyStorage();
        using var server = new Server(storage: real => storage.Over(real));
        string work = Work.Does(static () => { });
        string job = server.Client.Enqueue(() => Work.Run(work));

        server.Start();

        await server.StateAsync(job, SucceededState.StateName);
        Assert.That(counted, Is.Positive);
    }

    [Test]
    [NonParallelizable] // the meter is the whole process's
    public async Task Perform_OnAStorageThatClaimsAFeatureAndThrows_StoresAllTheSameAndIsCountedOnce()
    {
        int counted = 0;
        using MeterListener listener = Failures(() => Interlocked.Increment(ref counted));
        var storage = new FaultyStorage { Faultless = true, ClaimsTransactions = true };
        using var server = new Server(storage: storage.Over);
        server.Retrying(0).Start(1, "default", "chosen");
        for (int i = 0; i < 3; i++)
        {
            int runs = 0;
            string key = Work.Does(() =>
            {
                if (++runs == 1)
                    throw new InvalidOperationException();
            });
            string job = server.Client.Create(() => Work.Run(key), new EnqueuedState("chosen"));

            Activity first = await server.SpanAsync(job), second = await server.SpanAsync(job, 2);
            Assert.That(second.Links.Single().Context.SpanId, Is.EqualTo(first.SpanId));
            Assert.That(
                new[] { first, second }.Select(static span => span.GetTagItem("messaging.destination.name")),
                Is.EqualTo(new[] { "chosen", "default" }),
                "Hangfire puts a retry into the job's own queue");
        }

        Assert.That(counted, Is.EqualTo(1));
    }

    [Test]
    public async Task Perform_OnAStorageThatHandsNoParametersToTheWorker_ReadsOne()
    {
        var storage = new FaultyStorage { Faultless = true };
        using Server server = new Server(storage: real => storage.Over(real)).Start(1, "default", "chosen");
        storage.Touched = name =>
        {
            if (name != "Continuations")
                server.Source.StartActivity(name)?.Dispose();
        };
        using Activity creator = server.Source.StartActivity("creator")!;
        string key = Work.Does(static () => { });

        string job = server.Client.Create(() => Work.Run(key), new EnqueuedState("chosen"));

        Activity span = await server.SpanAsync(job);
        await server.StateAsync(job, SucceededState.StateName);
        server.Source.StartActivity("done")?.Dispose();
        server.Flush();
        Assert.That((span.ParentSpanId, span.GetTagItem("messaging.destination.name")), Is.EqualTo((creator.SpanId, (object)"chosen")));
        Assert.That(
            storage.Reads.Where(static name => name != "Continuations"),
            Is.EqualTo(new[] { JobParameter.Job }));
        await Until.TrueAsync(
            () => server.Exporter.Spans.Any(span => span.DisplayName == "done"),
            "a span that began after them all has been exported");
        Assert.That(
            server.Exporter.Spans.Where(span => span.Source.Name == server.Source.Name).Select(static span => span.DisplayName),
            Is.EqualTo(new[] { "done" }),
            "none of it is in a trace");
    }

    [Test]
    public void Requeue_OfAJobOnSuchAStorage_ReadsAndWritesOutsideOfTheCallersTrace()
    {
        var storage = new FaultyStorage { Faultless = true };
        using var server = new Server(storage: real => storage.Over(real));
        var seen = new List<Activity?>();
        storage.Touched = name =>
        {
            using Activity? query = server.Source.StartActivity(name);
            seen.Add(query);
        };
        string job = server.Client.Enqueue(() => Work.Nothing());
        using Activity caller = server.Source.StartActivity("caller")!;

        server.Client.Requeue(job);

        Assert.That(seen, Is.EqualTo(new Activity?[2]), "one read and one write of what is stored with the job");
    }

    [Test]
    public async Task Perform_WithTheFilterAddedTwice_IsTracedOnce()
    {
        var begun = new ConcurrentBag<string?>();
        using var server = new Server(new WorkerTracingOptions { Flush = FlushMode.Background, Enrich = (_, info) => begun.Add(info.Id) });
        server.Filters.Add(server.Filter);
        server.Filters.Add(new JobTraceFilter(server.Tracer));
        server.Start();

        string key = Work.Does(static () => { });
        string job = server.Client.Enqueue(() => Work.Run(key));

        await server.StateAsync(job, SucceededState.StateName);
        await server.RunAsync(static () => { });
        Assert.That(server.SpansOf(job), Has.Count.EqualTo(1), "the job after it has been exported, so nothing of it is still on its way");
        Assert.That(begun.Count(id => id == job), Is.EqualTo(1));
    }

    [Test]
    public async Task Perform_WithTheFilterRemoved_IsNotTraced()
    {
        using var server = new Server();
        server.Filters.Remove(server.Filter);
        server.Start();
        Activity? seen = null;
        string key = Work.Does(() => seen = Activity.Current);

        using Activity? creator = server.Source.StartActivity("creator");
        string job = server.Client.Enqueue(() => Work.Run(key));

        await server.StateAsync(job, SucceededState.StateName);
        Assert.That((server.Parameter(job, JobParameter.Job), seen), Is.EqualTo(((string?)null, (Activity?)null)));
    }

    [Test]
    public async Task Perform_WithTracingDisabled_StoresAndTracesNothing()
    {
        using Server server = new Server(new WorkerTracingOptions { Enabled = false }).Start();
        using Activity? creator = server.Source.StartActivity("creator");
        JobTrace? seen = null;
        string key = Work.Does(() => seen = JobTrace.Current);

        string job = server.Client.Create(() => Work.Run(key), new EnqueuedState("default"));

        await server.StateAsync(job, SucceededState.StateName);
        Assert.That(
            (server.Parameter(job, JobParameter.Job), seen),
            Is.EqualTo(((string?)null, (JobTrace?)null)));
    }

    [Test]
    public async Task Perform_OfARefusedJob_HasNoTraceAndItsChildrenNone()
    {
        using Server server = new Server(new WorkerTracingOptions { Flush = FlushMode.Wait, Filter = static job => job.Name != "Work.Run" })
            .Start();
        string refused = Work.Does(() => server.Source.StartActivity("step")?.Dispose()), traced = Work.Does(static () => { });

        string job = server.Client.Enqueue(() => Work.Run(refused));
        await server.StateAsync(job, SucceededState.StateName);
        await server.SpanAsync(server.Client.Enqueue(() => Work.RunAsync(traced, JobCancellationToken.Null)));

        Assert.That(server.Exporter.Spans.Where(span => span.Source.Name == server.Source.Name), Is.Empty);
        Assert.That(server.SpansOf(job), Is.Empty);
        Assert.That(server.Parameter(job, JobParameter.Job), Is.EqualTo("attempt: 1"), "as it was created");
    }

    [Test]
    public async Task Perform_AnyAttempt_KeepsItsTraceWithTheJob()
    {
        using Server server = new Server().Start();
        string key = Work.Does(static () => throw new InvalidOperationException());

        string job = server.Client.Enqueue(() => Work.Run(key));

        await server.StateAsync(job, FailedState.StateName);
        Activity span = await server.SpanAsync(job);
        Assert.That(server.Parameter(job, JobParameter.Job), Is.EqualTo($"attempt: 1\nprevious: 00-{span.TraceId}-{span.SpanId}-01"));
    }

    [Test]
    public void Perform_OnACallersOwnThread_PutsBackWhatWasAmbient()
    {
        using var server = new Server();
        using Activity caller = server.Source.StartActivity("caller")!;
        Activity? inside = null;
        string key = Work.Does(() => inside = Activity.Current);

        server.PerformHere(() => Work.Run(key));

        Assert.That((inside?.ParentSpanId, Activity.Current), Is.EqualTo((caller.SpanId, caller)), "there the caller's span is the parent");
    }

    /// <summary>Listens to the failures of the integration that are kept from jobs.</summary>
    private static MeterListener Failures(Action failed)
    {
        var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, self) =>
            {
                if (instrument is { Meter.Name: "WorkerTracing", Name: "worker_tracing.callback.failures" })
                    self.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) =>
        {
            if (tags[0].Value is "Hangfire")
                failed();
        });
        listener.Start();
        return listener;
    }
}

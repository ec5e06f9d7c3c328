using System.Diagnostics;
using System.Globalization;
using Hangfire;
using Hangfire.Common;
using Hangfire.States;
using Hangfire.Storage;
using OpenTelemetry;
using WorkerTracing.Testing;

namespace WorkerTracing.Hangfire.Tests;

/// <summary>What survives between creation, attempts and changes of state, on each kind of storage.</summary>
[TestFixture("InMemory")]
[TestFixture("SQLite")]
[TestFixture("Redis")]
[TestFixture("PostgreSQL")]
[FixtureLifeCycle(LifeCycle.SingleInstance)]
[Parallelizable(ParallelScope.Self)]
public sealed class StorageTests(string storage)
{
    private TestStorage _storage = null!;

    [OneTimeSetUp]
    public void OpenTheStorage() => _storage = TestStorage.Open(storage);

    [OneTimeTearDown]
    public void CloseTheStorage() => _storage?.Dispose();

    [Test]
    public async Task Enqueue_InsideASpan_TheJobContinuesItsTraceWithItsBaggage()
    {
        using Server server = Start();
        string? tenant = null;
        string key = Work.Does(() => tenant = Baggage.GetBaggage("tenant"));
        using Activity creator = server.Source.StartActivity("creator")!;
        Baggage.SetBaggage("tenant", "café\n7");

        string job = server.Client.Enqueue(() => Work.Run(key));

        Activity span = await server.SpanAsync(job);
        Assert.That((span.ParentSpanId, tenant), Is.EqualTo((creator.SpanId, "café\n7")));
        Assert.That(span.GetTagItem("worker_tracing.attempt"), Is.EqualTo(1));
    }

    [Test]
    public async Task Enqueue_FromATaskThatOutlivesItsSpan_StillNamesItsCreator()
    {
        using Server server = Start();
        string key = Work.Does(static () => { });
        using var ended = new ManualResetEventSlim();
        Task<string> late;
        ActivityTraceId creator;
        using (Activity request = server.Source.StartActivity("request")!)
        {
            creator = request.TraceId;
            late = Task.Run(() =>
            {
                ended.Wait(TimeSpan.FromMinutes(1));
                return server.Client.Enqueue(() => Work.Run(key));
            });
        }

        ended.Set();

        Activity span = await server.SpanAsync(await late);
        Assert.That(span.Links.Select(static link => link.Context.TraceId).Append(span.TraceId), Has.Some.EqualTo(creator));
    }

    [Test]
    public async Task Perform_ARetry_HasTheNextNumberAndLinksToTheAttemptBefore()
    {
        using Server server = new Server(on: _storage).Retrying(0, 0).Start();
        using Activity creator = server.Source.StartActivity("creator")!;
        int runs = 0;
        string key = Work.Does(() =>
        {
            if (++runs < 3)
                throw new InvalidOperationException($"run {runs}");
        });

        string job = server.Client.Enqueue(() => Work.Run(key));

        Activity first = await server.SpanAsync(job), second = await server.SpanAsync(job, 2), third = await server.SpanAsync(job, 3);
        Assert.That(new[] { first, second, third }.Select(static span => span.ParentSpanId), Is.All.EqualTo(creator.SpanId));
        Assert.That(first.Links, Is.Empty);
        Assert.That(LinksOf(second), Is.EqualTo(new[] { ("previous_attempt", first.SpanId) }));
        Assert.That(LinksOf(third), Is.EqualTo(new[] { ("previous_attempt", second.SpanId) }));
    }

    [Test]
    public async Task Perform_ADelayedRetry_WaitsFromWhenItWasDue()
    {
        using Server server = new Server(on: _storage).Retrying(2).Start();
        int runs = 0;
        string key = Work.Does(() =>
        {
            if (++runs == 1)
                throw new InvalidOperationException();
        });

        string job = server.Client.Enqueue(() => Work.Run(key));

        Activity first = await server.SpanAsync(job), second = await server.SpanAsync(job, 2);
        double between = (second.StartTimeUtc - first.StartTimeUtc - first.Duration).TotalMilliseconds;
        Assert.That(
            second.GetTagItem("worker_tracing.wait_ms"),
            Is.LessThan(between - 500),
            "the delay is no wait; Hangfire keeps it to the second");
        Assert.That(LinksOf(second), Is.EqualTo(new[] { ("previous_attempt", first.SpanId) }));
    }

    [Test]
    public async Task Continuation_OfALongJob_LinksToItAndWaitsFromItsEnd()
    {
        using Server server = Start();
        using Activity creator = server.Source.StartActivity("creator")!;
        using var gate = new ManualResetEventSlim();
        string first = Work.Does(() => gate.Wait(TimeSpan.FromMinutes(1))), second = Work.Does(static () => { });

        string antecedent = server.Client.Enqueue(() => Work.Run(first));
        string continuation = server.Client.ContinueJobWith(antecedent, () => Work.Run(second));
        DateTime created = DateTime.UtcNow;
        await Until.TrueAsync(() => DateTime.UtcNow - created > TimeSpan.FromMilliseconds(500), "half a second is over");
        gate.Set();

        Activity before = await server.SpanAsync(antecedent), after = await server.SpanAsync(continuation);
        Assert.That(after.ParentSpanId, Is.EqualTo(creator.SpanId));
        Assert.That(LinksOf(after), Is.EqualTo(new[] { ("antecedent", before.SpanId) }));
        Assert.That(after.GetTagItem("worker_tracing.wait_ms"), Is.LessThanOrEqualTo(AgeAtStart(after) - 400));
    }

    [Test]
    public async Task Schedule_ForATimeThatIsOver_LinksToTheCreatorAndWaitsFromThatTime()
    {
        using Server server = Start();
        using Activity creator = server.Source.StartActivity("creator")!;
        string key = Work.Does(static () => { });

        string job = server.Client.Create(() => Work.Run(key), new ScheduledState(DateTime.UtcNow.AddHours(-1)));

        Activity span = await server.SpanAsync(job);
        Assert.That(span.TraceId, Is.Not.EqualTo(creator.TraceId), "a delayed job has a trace of its own");
        Assert.That(LinksOf(span), Is.EqualTo(new[] { ("origin", creator.SpanId) }));
        Assert.That(span.GetTagItem("workflow.trigger.type"), Is.EqualTo("schedule"));
        Assert.That(span.GetTagItem("worker_tracing.wait_ms"), Is.GreaterThanOrEqualTo(3_600_000));
    }

    [TestCase("chosen")]
    [TestCase("attributed")]
    [TestCase("own")]
    public async Task Perform_AJobFromAQueue_ItsSpanNamesTheQueue(string queue)
    {
        using Server server = new Server(on: _storage).Start(1, "default", "chosen", "attributed", "own");
        string key = Work.Does(static () => { });

        string job = queue switch
        {
            "chosen" => server.Client.Create(() => Work.Run(key), new EnqueuedState(queue)),
            "own" => server.Client.Enqueue(queue, () => Work.Run(key)),
            _ => server.Client.Enqueue(() => Work.RunInQueue(key)),
        };

        Assert.That((await server.SpanAsync(job)).GetTagItem("messaging.destination.name"), Is.EqualTo(queue));
    }

    [Test]
    public async Task Requeue_OfAJobThatHasFailed_IsARunOfItsOwnLinkedToTheOneBefore()
    {
        using Server server = new Server(
            new WorkerTracingOptions { Flush = FlushMode.Background, LinkAfter = TimeSpan.FromTicks(1) },
            on: _storage).Retrying(0).Start();
        int runs = 0;
        string key = Work.Does(() =>
        {
            if (++runs <= 2)
                throw new InvalidOperationException();
        });
        string job;
        using (Activity creator = server.Source.StartActivity("creator")!)
            job = server.Client.Enqueue(() => Work.Run(key));
        Activity second = await server.SpanAsync(job, 2);
        await server.StateAsync(job, FailedState.StateName);

        Assert.That(server.Client.Requeue(job), Is.True);

        await server.StateAsync(job, SucceededState.StateName);
        await Until.TrueAsync(() => server.SpansOf(job).Count == 3, "the run after the requeue has been exported");
        Activity third = server.SpansOf(job)[2];
        Assert.That(third.GetTagItem("worker_tracing.attempt"), Is.EqualTo(1));
        Assert.That(third.TraceId, Is.Not.EqualTo(second.TraceId));
        Assert.That(LinksOf(third), Has.Some.EqualTo(("previous_attempt", second.SpanId)));
    }

    [Test]
    public async Task Perform_AJobThatIsDeletedWhileItRuns_WritesNothing()
    {
        using Server server = Start();
        using var running = new ManualResetEventSlim();
        using var gate = new ManualResetEventSlim();
        string key = Work.Does(() =>
        {
            running.Set();
            gate.Wait(TimeSpan.FromMinutes(1));
        });
        string job = server.Client.Enqueue(() => Work.Run(key));
        Until.True(() => running.IsSet, "the job runs");
        string? begun = server.Parameter(job, JobParameter.Job);

        server.Client.Delete(job);
        gate.Set();

        Activity span = await server.SpanAsync(job);
        await server.RunAsync(static () => { });
        Assert.That(begun, Is.EqualTo($"attempt: 1\nprevious: {span.Id}"), "stored when the attempt began");
        Assert.That(server.Parameter(job, JobParameter.Job), Is.EqualTo(begun), "and as it was; the worker has gone on");
    }

    [Test]
    public async Task Perform_AJobThatTheServersShutdownStops_IsLinkedToByTheNextRun()
    {
        using Server server = Start();
        using var running = new ManualResetEventSlim();
        int runs = 0;
        string key = Work.Does(async token =>
        {
            running.Set();
            if (++runs == 1)
                await Task.Delay(TimeSpan.FromMinutes(1), token.ShutdownToken);
        });
        string job = server.Client.Enqueue(() => Work.RunAsync(key, JobCancellationToken.Null));
        Until.True(() => running.IsSet, "the job runs");

        server.Stop();
        Activity first = await server.SpanAsync(job);
        server.Start();

        await server.StateAsync(job, SucceededState.StateName);
        await Until.TrueAsync(() => server.SpansOf(job).Count == 2, "the second run has been exported");
        Activity second = server.SpansOf(job)[1];
        Assert.That(LinksOf(second), Is.EqualTo(new[] { ("previous_attempt", first.SpanId) }));
        Assert.That(second.GetTagItem("worker_tracing.attempt"), Is.EqualTo(1), "a stop is no failure");
    }

    [Test]
    public async Task Perform_AJobThatCannotBeLoaded_HasAnErrorSpanForEachAttempt()
    {
        using Server server = new Server(on: _storage).Retrying(0).Start();
        using Activity caller = server.Source.StartActivity("caller")!;

        string job = server.Client.Create(MissingType.Job(), new EnqueuedState());

        Activity first = await server.SpanAsync(job), second = await server.SpanAsync(job, 2);
        Assert.That((first.Status, second.Status), Is.EqualTo((ActivityStatusCode.Error, ActivityStatusCode.Error)));
        Assert.That(first.ParentSpanId, Is.EqualTo(caller.SpanId));
        Assert.That(first.DisplayName, Is.EqualTo(storage == "InMemory" ? "Report.Run" : "unknown"), "as much as the storage says");
        Assert.That(LinksOf(second), Has.Some.EqualTo(("previous_attempt", first.SpanId)));
        await server.StateAsync(job, FailedState.StateName);
    }

    [TestCase(MisfireHandlingMode.Relaxed)]
    [TestCase(MisfireHandlingMode.Strict)]
    public async Task Recurring_AnHourTooLate_WaitsFromWhenItWasDue(MisfireHandlingMode misfires)
    {
        using var server = new Server(on: _storage);
        string key = Work.Does(static () => { }), name = $"late {misfires}";
        server.Recurring.AddOrUpdate(
            name,
            () => Work.Run(key),
            Cron.Hourly(),
            new RecurringJobOptions { MisfireHandling = misfires });
        MakeLate(name, TimeSpan.FromMinutes(60));

        server.Start();

        Activity? run = null;
        await Until.TrueAsync(
            () => (run = server.Runs(name).FirstOrDefault()) is not null,
            $"a run of {name} has been exported");
        server.Recurring.RemoveIfExists(name);
        Assert.That(run!.GetTagItem("workflow.trigger.type"), Is.EqualTo("cron"));
        Assert.That(run.GetTagItem("worker_tracing.wait_ms"), Is.GreaterThan(0L).And.GreaterThanOrEqualTo(LeastWait(run)));
    }

    [Test]
    public async Task Recurring_WithALineBreakInItsId_ForgesNothing()
    {
        using Server server = Start();
        string key = Work.Does(static () => { });
        Activity other = await server.RunAsync(static () => { });
        string name = $"acme\nprevious: 00-{other.TraceId}-{other.SpanId}-01\nafter: 1";
        server.Recurring.AddOrUpdate(name, () => Work.Run(key), Cron.Never());

        string job = server.Recurring.TriggerJob(name);

        Activity span = await server.SpanAsync(job);
        server.Recurring.RemoveIfExists(name);
        Assert.That((span.GetTagItem("worker_tracing.hangfire.recurring_job"), span.Links.Count()), Is.EqualTo(((object)name, 0)));
    }

    private static IEnumerable<(string, ActivitySpanId)> LinksOf(Activity span) =>
        span.Links.Select(static link => ((string)link.Tags!.Single().Value!, link.Context.SpanId));

    /// <summary>Gets how old the job was when the attempt began, in milliseconds.</summary>
    private static double AgeAtStart(Activity job) =>
        (job.StartTimeUtc - DateTime.Parse(
            (string)job.GetTagItem("worker_tracing.hangfire.created_at")!,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AdjustToUniversal)).TotalMilliseconds;

    /// <summary>Gets the time since the last full hour before the job's creation, at which the run was due.</summary>
    private static double LeastWait(Activity job)
    {
        DateTime start = job.StartTimeUtc;
        return (start - start.Date.AddHours(start.Hour)).TotalMilliseconds - 1000;
    }

    private Server Start() => new Server(on: _storage).Start();

    /// <summary>Makes the scheduler find the recurring job as if no server had run since it was due.</summary>
    private void MakeLate(string name, TimeSpan by)
    {
        DateTime now = DateTime.UtcNow, due = now.Date.AddHours(now.Hour);
        using IStorageConnection connection = _storage.Storage.GetConnection();
        using IWriteOnlyTransaction transaction = connection.CreateWriteTransaction();
        transaction.SetRangeInHash($"recurring-job:{name}", new Dictionary<string, string>
        {
            ["NextExecution"] = JobHelper.SerializeDateTime(due),
            ["LastExecution"] = JobHelper.SerializeDateTime(due - by),
        });
        transaction.AddToSet("recurring-jobs", name, JobHelper.ToTimestamp(due));
        transaction.Commit();
    }
}

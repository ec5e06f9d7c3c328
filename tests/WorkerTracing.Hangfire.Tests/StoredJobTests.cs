using System.Diagnostics;
using FsCheck;
using FsCheck.Fluent;
using Hangfire;
using Hangfire.Common;
using Hangfire.States;
using Hangfire.Storage;
using WorkerTracing.Testing;

namespace WorkerTracing.Hangfire.Tests;

/// <summary>The job parameter: its format, and what is read where it is missing or malformed.</summary>
public sealed class StoredJobTests
{
    private const string Creator = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    private const string Previous = "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01";

    [Test]
    public void Parse_OfAnyFormattedValue_GivesItBack() => Prop.ForAll(
        Bad.Text.ArrayOf(4).ToArbitrary(),
        static texts =>
        {
            var stored = new StoredJob(default)
            {
                Attempt = 3,
                EarlierRetries = 2,
                RecurringJob = texts[0],
                Antecedent = texts[1],
                Queue = texts[2],
                PreviousSpan = texts[3],
                Again = new DateTimeOffset(2026, 1, 2, 3, 4, 5, 6, TimeSpan.Zero),
            };

            Assert.That(StoredJob.Parse(stored.Format()), Is.EqualTo(stored));
        }).QuickCheckThrowOnFailure();

    [Test]
    public async Task Perform_AnyJob_WritesParametersWhoseNamesMongoDBCanHold()
    {
        using Server server = new Server().Retrying(0).Start(1, "default", "chosen");
        using Activity creator = server.Source.StartActivity("creator")!;
        string key = Work.Does(static () => throw new InvalidOperationException()), next = Work.Does(static () => { });

        string job = server.Client.Create(() => Work.Run(key), new EnqueuedState("chosen"));
        string continuation = server.Client.ContinueJobWith(job, () => Work.Run(next), JobContinuationOptions.OnAnyFinishedState);

        await server.StateAsync(job, FailedState.StateName);
        server.Client.Delete(job);
        await server.StateAsync(continuation, SucceededState.StateName);
        Assert.That(
            new[] { job, continuation }.SelectMany(id => server.Storage.GetMonitoringApi().JobDetails(id).Properties.Keys),
            Has.Some.EqualTo(JobParameter.Job).And.All.Matches<string>(static name => name.IndexOfAny(['.', '$', '\0']) < 0));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Perform_AJobThatVersion01Stored_ContinuesItsTraceAndItsAttempts(bool handsOver)
    {
        var faultless = new FaultyStorage { Faultless = true, HandsOver = handsOver };
        using var server = new Server(storage: faultless.Over);
        string key = Work.Does(static () => { });
        string job = Stored(server, key, connection =>
        {
            connection.Write("WorkerTracing.Origin", $"traceparent: {Creator}");
            connection.Write("WorkerTracing.Turn", "due: 2026-01-01T00:00:00.000Z\nqueue: chosen");
            connection.Write("WorkerTracing.Trace", Previous);
            connection.Write("RetryCount", 1);
        });

        server.Start();

        Activity span = await server.SpanAsync(job, 2);
        Assert.That(span.TraceId.ToHexString(), Is.EqualTo("0af7651916cd43dd8448eb211c80319c"));
        Assert.That(span.Links.Single().Context.SpanId.ToHexString(), Is.EqualTo("00f067aa0ba902b7"));
        Assert.That(span.GetTagItem("messaging.destination.name"), Is.EqualTo("chosen"));
    }

    [TestCase(JobParameter.Job, true)]
    [TestCase(JobParameter.Job, false)]
    [TestCase(JobParameter.Version01Origin, true)]
    [TestCase(JobParameter.Version01Turn, true)]
    [TestCase(JobParameter.Version01Trace, true)]
    [TestCase(JobParameter.RecurringJobId, true)]
    public async Task Perform_WithOneMalformedParameter_StillCountsItsAttempts(string malformed, bool handsOver)
    {
        var faultless = new FaultyStorage { Faultless = true, HandsOver = handsOver };
        using var server = new Server(storage: faultless.Over);
        string key = Work.Does(static () => { });
        string job = Stored(server, key, connection =>
        {
            connection.Write("RetryCount", 2);
            connection.WriteRaw(malformed, "{ not what anyone wrote");
        });

        server.Start();

        Assert.That((await server.SpanAsync(job, 3)).GetTagItem("workflow.execution.result"), Is.EqualTo("success"));
    }

    [Test]
    public async Task Perform_WithAMalformedRetryCount_StillLinksToTheAttemptBefore()
    {
        using var server = new Server();
        string key = Work.Does(static () => { });
        string job = Stored(server, key, static connection =>
        {
            connection.Write("WorkerTracing", $"attempt: 1\nprevious: {Previous}");
            connection.WriteRaw("RetryCount", "many");
        });

        server.Start();

        Assert.That((await server.SpanAsync(job)).Links.Single().Context.SpanId.ToHexString(), Is.EqualTo("00f067aa0ba902b7"));
    }

    [Test]
    public async Task Perform_AJobWhoseAttemptIsMalformed_CountsByHangfiresOwnCount()
    {
        using var server = new Server();
        string key = Work.Does(static () => { });
        string job = Stored(server, key, static connection =>
        {
            connection.Write("WorkerTracing", $"attempt: third\nagain: 2026-01-01T00:00:00.000Z\nprevious: {Previous}");
            connection.Write("RetryCount", 2);
        });

        server.Start();

        Assert.That((await server.SpanAsync(job, 3)).Links.Single().Context.SpanId.ToHexString(), Is.EqualTo("00f067aa0ba902b7"));
    }

    /// <summary>Enqueues a job without the filter, with these parameters.</summary>
    private static string Stored(Server server, string key, Action<Parameters> write)
    {
        var client = new BackgroundJobClient(server.Storage, new JobFilterProviderCollection());
        string job = client.Schedule(() => Work.Run(key), TimeSpan.FromDays(1));
        using (IStorageConnection connection = server.Storage.GetConnection())
            write(new Parameters(connection, job));
        client.ChangeState(job, new EnqueuedState());
        return job;
    }

    private sealed class Parameters(IStorageConnection connection, string job)
    {
        public void Write<T>(string name, T value) => WriteRaw(name, SerializationHelper.Serialize(value, SerializationOption.User));

        public void WriteRaw(string name, string value) => connection.SetJobParameter(job, name, value);
    }
}

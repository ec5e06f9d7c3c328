using Quartz;
using WorkerTracing.Testing;

namespace WorkerTracing.Quartz.Tests;

/// <summary>A scheduler with a flight recorder, killed in the middle of a job, and started again on the same directory.</summary>
public sealed class RecoveryTests
{
    [TestCase(true)]
    [TestCase(false)]
    public async Task Recovery_OfAFiringThatDiedAndOfItsRecovery_LinksToTheOneBefore(bool isClustered)
    {
        await using PostgresDatabase database = await PostgresDatabase.CreateAsync();
        await using var backend = new OtlpReceiver();
        DirectoryInfo directory = Directory.CreateTempSubdirectory("recovery");
        string[] arguments =
        [
            database.ConnectionString,
            $"recovery-{Guid.NewGuid():N}",
            new Uri(backend.Endpoint, "v1/traces").ToString(),
            directory.FullName,
            isClustered ? "clustered" : "single",
        ];
        IScheduler client = await SharedScheduler.CreateClientAsync(arguments[0], arguments[1]);
        await client.ScheduleJob(
            JobBuilder.Create<FatalJob>().WithIdentity("fatal").RequestRecovery().Build(),
            TriggerBuilder.Create().WithIdentity("nightly").StartNow()
                .WithSimpleSchedule(static schedule => schedule.WithInterval(TimeSpan.FromHours(1)).RepeatForever())
                .Build());
        await client.Shutdown();

        string died = await KillAsync(arguments), recovery = await KillAsync(arguments);
        await using NodeProcess last = await NodeProcess.StartAsync([.. arguments, "ends"]);
        await Until.TrueAsync(() => Of(backend).Count >= 3, "the job, its recovery and the recovery of that are delivered");
        await last.StopAsync();
        directory.Delete(recursive: true);

        IReadOnlyList<OtlpSpan> spans = Of(backend);
        Assert.That(Results(spans, died, recovery), Is.EqualTo(new[] { "error", "error" }), "both are closed");
        Assert.That(spans.Single(span => span.SpanId == recovery).LinkedSpanIds, Is.EqualTo(new[] { died }));
        OtlpSpan end = spans.Single(span => span.SpanId != died && span.SpanId != recovery);
        Assert.That(end.Attributes["workflow.execution.result"], Is.EqualTo("success"));
        Assert.That(end.LinkedSpanIds, Is.EqualTo(new[] { recovery }));
    }

    /// <summary>Starts a node, and kills it while it runs the job.</summary>
    /// <returns>The id of the job's span.</returns>
    private static async Task<string> KillAsync(string[] arguments)
    {
        await using NodeProcess node = await NodeProcess.StartAsync(arguments);
        await node.WroteAsync("running fatal");
        await node.KillAsync();
        return node.Lines.Single(static line => line.StartsWith("running fatal", StringComparison.Ordinal)).Split(' ')[2];
    }

    private static IReadOnlyList<OtlpSpan> Of(OtlpReceiver backend) =>
        [.. backend.Spans.Where(static span => span.Name == "fatal").DistinctBy(static span => span.SpanId)];

    private static IEnumerable<object?> Results(IReadOnlyList<OtlpSpan> spans, params string[] ids) =>
        ids.Select(id => spans.Single(span => span.SpanId == id).Attributes.GetValueOrDefault("workflow.execution.result"));
}

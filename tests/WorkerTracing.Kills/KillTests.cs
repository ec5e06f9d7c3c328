using WorkerTracing.Testing;

namespace WorkerTracing.Kills;

/// <summary>The program's runs in a short form.</summary>
[NonParallelizable]
public sealed class KillTests
{
    private static readonly int Kills = FullRun.IsOn ? 5 : 3;

    private static IEnumerable<string> Frameworks() => FullRun.IsOn
        ? Enum.GetNames<Framework>().Where(static name => name != nameof(Framework.None))
        : [nameof(Framework.Core)];

    [Test]
    public async Task Kill_OneWorkerAfterTheOther_LosesAndInventsNothing(
        [ValueSource(nameof(Frameworks))] string framework, [Values] bool isDown)
    {
        int seed = Random.Shared.Next();
        await TestContext.Out.WriteLineAsync($"seed {seed}");
        var scenario = new Scenario(Enum.Parse<Framework>(framework), Way.FlightRecorder, isDown, Kills);
        RequireServer(scenario.Framework);

        KillResult result = await KillRun.RunAsync(scenario, seed);

        ResultTable.Write(TestContext.Out, result);
        Assert.That(result.Verdict.Ended, Is.GreaterThan(Kills * 10), "the workers have worked");
        Assert.That(result.Verdict.Running, Has.Length.GreaterThanOrEqualTo(Kills * Work.LongJobs), "jobs ran when they were killed");
        Assert.That(result.Verdict.IsExact, Is.True, result.Verdict.Describe);
        Assert.That(result.FilesLeft, Is.Zero, "files that are not needed");
    }

    [Test]
    public async Task Soak_BackendComesAndGoes_TheSumFitsToTheSpan()
    {
        var duration = TimeSpan.FromSeconds(FullRun.IsOn ? 60 : 16);
        SoakResult result = await new SoakRun(duration, Random.Shared.Next()).RunAsync();

        result.Write(TestContext.Out);
        Assert.That(result.Verdict.IsExact, Is.True, result.Verdict.Describe);
        Assert.That(result.MostBytes, Is.LessThanOrEqualTo(result.MaxBytes));
        Assert.That(result.FilesLeft, Is.Zero, "files that are not needed");
    }

    /// <summary>Shows what the flight recorder is for, and that the tests above can fail.</summary>
    [Test]
    public async Task Kill_WithOpenTelemetryAlone_SpansAreMissing()
    {
        KillResult result = await KillRun.RunAsync(new Scenario(Framework.Core, Way.OpenTelemetry, IsDown: true, 1), seed: 1);

        Assert.That(result.Verdict.Missing, Is.Not.Empty);
        Assert.That(result.Verdict.Unreported, Is.Not.Empty);
    }

    private static void RequireServer(Framework framework)
    {
        if (Servers.MissingFor(framework) is not { } variable)
            return;
        if (RequiredServers.IsOn)
            Assert.Fail($"{variable} is not set, and servers are required.");
        Assert.Ignore($"{variable} is not set: no server for {framework}.");
    }
}

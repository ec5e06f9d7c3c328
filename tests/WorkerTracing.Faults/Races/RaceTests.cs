using System.Diagnostics;
using System.Reflection;
using NUnit.Framework.Interfaces;

namespace WorkerTracing.FaultTests;

/// <summary>
/// The tests of the flush and of the ambient scope, again and again in ever another order, in a process that is under pressure. A seed decides everything
/// that can be decided; what the operating system does with the threads it cannot, so a replay is the same work, not the same interleaving.
/// </summary>
[NonParallelizable] // the pressure is the whole process's
public sealed class RaceTests
{
    private const int MostTestsAtATime = 8;

    [Test]
    public void Races_OfTheFlushAndTheScope_AreNotFound()
    {
        var settings = RaceSettings.FromEnvironment();
        TestContext.Error.WriteLine($"Races: {settings.Replay}");
        var failures = new List<ITestResult>();
        int runs = 0;

        // NUnit keeps the running test on the execution context: the tests that run in here are not part of this one.
        var thread = new Thread(() => runs = Search(settings, failures));
        thread.UnsafeStart();
        thread.Join();

        TestContext.Error.WriteLine($"Races: {runs} test runs in {settings.Time.TotalSeconds:0} s.");
        Assert.That(runs, Is.Positive);
        Assert.That(failures, Is.Empty, $"{string.Join('\n', failures.Select(Describe))}\nReplay: {settings.Replay}");
    }

    private static int Search(RaceSettings settings, List<ITestResult> failures)
    {
        RaceRun[] suites = [.. Suites().Select(suite => new RaceRun(suite, settings.Seed, "Flush", "Scope"))];
        var random = new Random(settings.Seed);
        long started = Stopwatch.GetTimestamp();
        int runs = 0;
        using var pressure = new Pressure(settings.Seed);
        while (failures.Count == 0 && Stopwatch.GetElapsedTime(started) < settings.Time)
        {
            RaceRun suite = suites[random.Next(suites.Length)];
            ITest[] tests = [.. random.GetItems(suite.Tests.ToArray(), random.Next(1, MostTestsAtATime + 1))];
            failures.AddRange(suite.Run(tests));
            runs += tests.Distinct().Count();
        }

        return runs;
    }

    private static IEnumerable<Assembly> Suites() => [Assembly.Load("WorkerTracing.Tests")];

    private static string Describe(ITestResult failure) => $"{failure.FullName}: {failure.Message}\n{failure.StackTrace}";
}

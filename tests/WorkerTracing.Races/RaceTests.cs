using System.Diagnostics;
using System.Reflection;
using NUnit.Framework.Interfaces;

namespace WorkerTracing.Races;

/// <summary>
/// The tests of the flush and of the ambient scope, again and again in ever another order, in a process that is under pressure. A seed
/// decides everything that can be decided; what the operating system does with the threads it cannot, so a replay is the same work, not the
/// same interleaving.
/// </summary>
[NonParallelizable] // the pressure is the whole process's
public sealed class RaceTests
{
    private const int MostTestsAtATime = 8;

    /// <summary>After so many runs of tests they are loaded again, for new random arguments.</summary>
    private const int RunsOfALap = 100;

    [Test]
    public void Races_OfTheFlushAndTheScope_AreNotFound()
    {
        var settings = RaceSettings.FromEnvironment();
        TestContext.Error.WriteLine($"Races: {settings.Replay}");
        var failures = new List<ITestResult>();
        RaceSettings last = settings;
        int laps = 0;
        int runs = 0;
        long started = Stopwatch.GetTimestamp();

        // NUnit keeps the running test on the execution context: the tests that run in here are not part of this one.
        var thread = new Thread(() =>
        {
            for (RaceSettings lap = settings; failures.Count == 0 && !IsOver(); lap = lap.Next)
            {
                last = lap;
                runs += RunLap(lap.Seed, failures, IsOver);
                laps++;
            }
        });
        thread.UnsafeStart();
        thread.Join();

        TestContext.Error.WriteLine($"Races: {runs} test runs in {laps} laps and {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s.");
        Assert.That(runs, Is.Positive);
        Assert.That(failures, Is.Empty, $"{string.Join('\n', failures.Select(Describe))}\nLap {laps}. Replay it: {last.Replay}");

        bool IsOver() => Stopwatch.GetElapsedTime(started) >= settings.Time;
    }

    private static int RunLap(int seed, List<ITestResult> failures, Func<bool> isOver)
    {
        RaceRun[] suites = [.. Suites().Select(suite => new RaceRun(suite, seed, "Flush", "Scope"))];
        var random = new Random(seed);
        int runs = 0;
        using var pressure = new Pressure(seed);
        while (failures.Count == 0 && runs < RunsOfALap && !isOver())
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

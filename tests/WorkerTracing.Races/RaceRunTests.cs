using System.Reflection;

namespace WorkerTracing.Races;

/// <summary>A seed decides the random arguments of a suite that is loaded again.</summary>
[NonParallelizable] // NUnit's seed is the whole process's
public sealed class RaceRunTests
{
    [Test]
    public void Tests_LoadedAgain_HaveTheArgumentsOfTheirSeed()
    {
        string[] first = Load(1), second = Load(2), again = Load(1);

        Assert.That(again, Is.EqualTo(first), "a seed is all that a replay needs");
        Assert.That(second, Is.Not.EqualTo(first), "another seed is other work");
    }

    private static string[] Load(int seed)
        => [.. new RaceRun(Assembly.Load("WorkerTracing.Tests"), seed, "Flush").Tests.Select(static test => test.FullName)];
}

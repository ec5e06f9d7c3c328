using System.Diagnostics;

namespace WorkerTracing.Tests;

/// <summary>How the next attempt finds the one that ended with its process.</summary>
public sealed class AbandonedJobIndexTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly AbandonedJobIndex _index = new();

    [Test]
    public void Take_ByAnyOfItsIds_FindsTheJobOnce()
    {
        AbandonedJob job = Add(Noon, "first", "own");

        Assert.That(_index.Take(Key("other")), Is.Null);
        Assert.That(_index.Take(Key("other", "own")), Is.SameAs(job));
        Assert.That(_index.Take(Key("first")), Is.Null, "another of its ids finds it no more");
    }

    [Test]
    public void Take_OfTwoAttemptsWithOneId_FindsTheLaterOneFirst()
    {
        AbandonedJob late = Add(Noon.AddMinutes(1), "a", "late"), early = Add(Noon, "a", "early");

        Assert.That(_index.Take(Key("a")), Is.SameAs(late), "the order in which directories are found does not count");
        Assert.That(_index.Take(Key("early")), Is.SameAs(early));
    }

    [Test]
    public void Take_ByTheIdOfAJobOfAnotherNameOrFramework_FindsNothing()
    {
        Add(Noon, "7");

        Assert.That(_index.Take(RunningJobKey.Of(new JobInfo { System = "test", Name = "other", Id = "7" })), Is.Null);
        Assert.That(_index.Take(RunningJobKey.Of(new JobInfo { System = "other", Name = "job", Id = "7" })), Is.Null);
    }

    [TestCase(null)]
    [TestCase("")]
    public void Take_OfJobsWithoutAnId_FindsNothing(string? id)
    {
        Add(Noon);
        string key = RunningJobKey.Of(new JobInfo { System = "test", Name = "job", Id = id });

        Assert.That((_index.Take(key), _index.Take(Key())), Is.EqualTo(((AbandonedJob?)null, (AbandonedJob?)null)));
        Assert.That(RunningJobKey.Parse(key)?.Name, Is.EqualTo("job"), "the metric names the job all the same");
    }

    [Test]
    public void Add_MoreJobsThanItHolds_KeepsTheFirst()
    {
        for (int i = 0; i < 12_000; i++)
            Add(Noon, $"{i}");

        Assert.That(_index.Take(Key("9999")), Is.Not.Null);
        Assert.That(_index.Take(Key("10000")), Is.Null);
    }

    private static string Key(params string[] ids) =>
        RunningJobKey.Of(new JobInfo { System = "test", Name = "job", Id = "not used", RecoveryIds = ids });

    private AbandonedJob Add(DateTimeOffset started, params string[] ids)
    {
        var job = new AbandonedJob("job", Key(ids), default(ActivityContext), started, started);
        _index.Add(job);
        return job;
    }
}

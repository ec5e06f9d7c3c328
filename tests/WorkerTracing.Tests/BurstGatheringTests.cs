namespace WorkerTracing.Tests;

public sealed class BurstGatheringTests
{
    private static readonly TimeSpan RoundTrip = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    private readonly ManualTime _time = new();

    [Test]
    public void Delay_LoneFlushAgainAndAgain_IsNeverHeldBack()
    {
        var gathering = new BurstGathering(1, _time);

        for (int round = 0; round < 5; round++)
        {
            gathering.Arrive();
            Assert.That(gathering.Delay(0), Is.EqualTo(TimeSpan.Zero));
            Export(gathering, freed: 1);
        }
    }

    [Test]
    public void Delay_JobsThatCameBackTogether_IsHeldBackUntilAllAreBack()
    {
        var gathering = new BurstGathering(1, _time);
        LearnBurst(gathering, 10);

        for (int i = 0; i < 9; i++)
        {
            gathering.Arrive();
            Assert.That(gathering.Delay(0), Is.EqualTo(Tick), $"{i + 1} of 10 are back");
        }

        gathering.Arrive();
        Assert.That(gathering.IsComplete, Is.True);
        Assert.That(gathering.Delay(0), Is.EqualTo(TimeSpan.Zero));
    }

    [Test]
    public void Delay_NobodyComesForATick_LeavesWithThoseThatAreThere()
    {
        var gathering = new BurstGathering(1, _time);
        LearnBurst(gathering, 10);
        gathering.Arrive();
        gathering.Pass();
        Assert.That(gathering.Delay(0), Is.EqualTo(Tick), "one came within the tick");

        gathering.Pass();

        Assert.That(gathering.Delay(0), Is.EqualTo(TimeSpan.Zero), "none came within the next");
    }

    [Test]
    public void Delay_QuarterOfTheRoundTripIsOver_Leaves()
    {
        var gathering = new BurstGathering(1, _time);
        LearnBurst(gathering, 10);
        gathering.Arrive();

        _time.Advance(RoundTrip / 4);

        Assert.That(gathering.Delay(0), Is.EqualTo(TimeSpan.Zero));
    }

    [Test]
    public void Delay_JobsThatComeBackOneByOne_AreNotHeldBack()
    {
        var gathering = new BurstGathering(1, _time);
        for (int round = 0; round < 3; round++)
        {
            Export(gathering, freed: 10);
            _time.Advance(RoundTrip / 2); // they work for longer than the window
            gathering.Arrive();
            Assert.That(gathering.Delay(0), Is.EqualTo(TimeSpan.Zero));
        }
    }

    [Test]
    public void Delay_ProcessPausedForLongerThanTheWindow_StillTakesTheJobsForABurst()
    {
        var gathering = new BurstGathering(1, _time);
        LearnBurst(gathering, 10);
        _time.Advance(RoundTrip); // a garbage collection, say
        for (int i = 0; i < 10; i++)
            gathering.Arrive();

        Export(gathering, freed: 10);
        gathering.Arrive();

        Assert.That(gathering.Delay(0), Is.EqualTo(Tick));
    }

    [TestCase(1, 12)]
    [TestCase(2, 6)]
    [TestCase(3, 4)]
    public void Delay_SeveralInFlight_KeepsADistanceThatGrowsToAnEvenShareOfTheRoundTrip(int inFlight, int part)
    {
        var gathering = new BurstGathering(4, _time);
        Export(gathering, freed: 1);
        gathering.Start();

        Assert.That(gathering.Delay(inFlight), Is.EqualTo(RoundTrip / part).Within(TimeSpan.FromTicks(2)), "the one before has just left");
        _time.Advance(RoundTrip / part + TimeSpan.FromTicks(2));
        Assert.That(gathering.Delay(inFlight), Is.EqualTo(TimeSpan.Zero));
        Assert.That(gathering.Delay(0), Is.EqualTo(TimeSpan.Zero), "with none in flight there is nothing to keep away from");
    }

    private void Export(BurstGathering gathering, int freed)
    {
        gathering.Start();
        _time.Advance(RoundTrip);
        gathering.Free(freed, RoundTrip);
    }

    /// <summary>One round whose jobs come back at once, and one more that frees them again.</summary>
    private void LearnBurst(BurstGathering gathering, int jobs)
    {
        Export(gathering, jobs);
        for (int i = 0; i < jobs; i++)
            gathering.Arrive();
        Export(gathering, jobs);
    }
}

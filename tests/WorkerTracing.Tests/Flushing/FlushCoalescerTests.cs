using Microsoft.Extensions.Time.Testing;

namespace WorkerTracing.Tests;

public sealed class FlushCoalescerTests
{
    private static readonly TimeSpan RoundTrip = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    private readonly FakeTimeProvider _time = new();

    [Test]
    public void Delay_LoneFlushAgainAndAgain_IsNeverHeldBack()
    {
        var coalescer = new FlushCoalescer(1, _time);

        for (int round = 0; round < 5; round++)
        {
            coalescer.OnFlushRequested();
            Assert.That(coalescer.Delay(0), Is.EqualTo(TimeSpan.Zero));
            Export(coalescer, freed: 1);
        }
    }

    [Test]
    public void Delay_JobsThatCameBackTogether_IsHeldBackUntilAllAreBack()
    {
        var coalescer = new FlushCoalescer(1, _time);
        LearnBurst(coalescer, 10);

        for (int i = 0; i < 9; i++)
        {
            coalescer.OnFlushRequested();
            Assert.That(coalescer.Delay(0), Is.EqualTo(Tick), $"{i + 1} of 10 are back");
        }

        coalescer.OnFlushRequested();
        Assert.That(coalescer.IsGathered, Is.True);
        Assert.That(coalescer.Delay(0), Is.EqualTo(TimeSpan.Zero));
    }

    [Test]
    public void Delay_NobodyComesForATick_LeavesWithThoseThatAreThere()
    {
        var coalescer = new FlushCoalescer(1, _time);
        LearnBurst(coalescer, 10);
        coalescer.OnFlushRequested();
        coalescer.OnTick();
        Assert.That(coalescer.Delay(0), Is.EqualTo(Tick), "one came within the tick");

        coalescer.OnTick();

        Assert.That(coalescer.Delay(0), Is.EqualTo(TimeSpan.Zero), "none came within the next");
    }

    [Test]
    public void Delay_QuarterOfTheRoundTripIsOver_Leaves()
    {
        var coalescer = new FlushCoalescer(1, _time);
        LearnBurst(coalescer, 10);
        coalescer.OnFlushRequested();

        _time.Advance(RoundTrip / 4);

        Assert.That(coalescer.Delay(0), Is.EqualTo(TimeSpan.Zero));
    }

    [Test]
    public void Delay_JobsThatComeBackOneByOne_AreNotHeldBack()
    {
        var coalescer = new FlushCoalescer(1, _time);
        for (int round = 0; round < 3; round++)
        {
            Export(coalescer, freed: 10);
            _time.Advance(RoundTrip / 2); // they work for longer than the window
            coalescer.OnFlushRequested();
            Assert.That(coalescer.Delay(0), Is.EqualTo(TimeSpan.Zero));
        }
    }

    [Test]
    public void Delay_ProcessPausedForLongerThanTheWindow_StillTakesTheJobsForABurst()
    {
        var coalescer = new FlushCoalescer(1, _time);
        LearnBurst(coalescer, 10);
        _time.Advance(RoundTrip); // a garbage collection, say
        for (int i = 0; i < 10; i++)
            coalescer.OnFlushRequested();

        Export(coalescer, freed: 10);
        coalescer.OnFlushRequested();

        Assert.That(coalescer.Delay(0), Is.EqualTo(Tick));
    }

    [TestCase(1, 12)]
    [TestCase(2, 6)]
    [TestCase(3, 4)]
    public void Delay_SeveralInFlight_KeepsADistanceThatGrowsToAnEvenShareOfTheRoundTrip(int inFlight, int part)
    {
        var coalescer = new FlushCoalescer(4, _time);
        Export(coalescer, freed: 1);
        coalescer.OnExportStarted();

        Assert.That(coalescer.Delay(inFlight), Is.EqualTo(RoundTrip / part).Within(TimeSpan.FromTicks(2)), "the one before has just left");
        _time.Advance(RoundTrip / part + TimeSpan.FromTicks(2));
        Assert.That(coalescer.Delay(inFlight), Is.EqualTo(TimeSpan.Zero));
        Assert.That(coalescer.Delay(0), Is.EqualTo(TimeSpan.Zero), "with none in flight there is nothing to keep away from");
    }

    private void Export(FlushCoalescer coalescer, int freed)
    {
        coalescer.OnExportStarted();
        _time.Advance(RoundTrip);
        coalescer.OnExportCompleted(freed, RoundTrip);
    }

    /// <summary>One round whose jobs come back at once, and one more that frees them again.</summary>
    private void LearnBurst(FlushCoalescer coalescer, int jobs)
    {
        Export(coalescer, jobs);
        for (int i = 0; i < jobs; i++)
            coalescer.OnFlushRequested();
        Export(coalescer, jobs);
    }

    [Test]
    public void Delay_AfterOneSlowExport_KeepsAShortDistance()
    {
        var coalescer = new FlushCoalescer(4, _time);
        coalescer.OnExportCompleted(1, TimeSpan.FromSeconds(30));
        coalescer.OnExportStarted();

        Assert.That(coalescer.Delay(3), Is.EqualTo(TimeSpan.FromMilliseconds(100)));
    }
}

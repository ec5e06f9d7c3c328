namespace WorkerTracing.Dashboard.Tests;

public sealed class DurationHistogramTests
{
    [Test]
    public void Quantile_OfOneDuration_IsRightToATenth([Values(0.15, 1, 3, 17, 250, 999, 61_000, 3_600_000)] double milliseconds)
    {
        var histogram = new DurationHistogram();
        histogram.Add(TimeSpan.FromMilliseconds(milliseconds));

        Assert.That(histogram.Quantile(0.5)!.Value.TotalMilliseconds, Is.EqualTo(milliseconds).Within(12).Percent);
    }

    [Test]
    public void Quantile_OfMany_FollowsTheirRanks()
    {
        var histogram = new DurationHistogram();
        for (int i = 1; i <= 1000; i++)
            histogram.Add(TimeSpan.FromMilliseconds(i));

        Assert.That(histogram.Quantile(0.5)!.Value.TotalMilliseconds, Is.EqualTo(500).Within(12).Percent);
        Assert.That(histogram.Quantile(0.95)!.Value.TotalMilliseconds, Is.EqualTo(950).Within(12).Percent);
    }

    [Test]
    public void Quantile_OfNone_IsNull() => Assert.That(new DurationHistogram().Quantile(0.5), Is.Null);

    [Test]
    public void Add_DurationsOutOfRange_AreCounted()
    {
        var histogram = new DurationHistogram();
        histogram.Add(TimeSpan.Zero);
        histogram.Add(TimeSpan.FromTicks(-1));
        histogram.Add(TimeSpan.FromDays(300));
        histogram.Add(TimeSpan.MaxValue);

        Assert.That(histogram.Quantile(1)!.Value, Is.GreaterThan(TimeSpan.FromHours(5)));
    }
}

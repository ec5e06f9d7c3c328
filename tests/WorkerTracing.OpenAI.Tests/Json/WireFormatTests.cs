using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using WorkerTracing.Testing;

namespace WorkerTracing.OpenAI.Tests;

public sealed class WireFormatTests
{
    private static readonly Gen<DateTime> Time =
        from second in Gen.Choose(0, int.MaxValue)
        from era in Gen.Choose(0, 140)
        from ticks in Gen.Frequency(
            (1, Gen.Elements(0, 1, 9, 10, 9_999_990, 9_999_999)),
            (3, Gen.Choose(0, (int)TimeSpan.TicksPerSecond - 1)))
        select new DateTime(((((long)era * int.MaxValue) + second) * TimeSpan.TicksPerSecond) + ticks, DateTimeKind.Utc);

    [Test]
    public void WriteTime_AnyTime_IsWhatTheCustomFormatGives() => Prop.ForAll(Time.ToArbitrary(), static time =>
    {
        string fraction = time.Ticks % TimeSpan.TicksPerSecond < TimeSpan.TicksPerMicrosecond ? "" : ".ffffff";
        using var output = new Utf8Buffer();
        WireFormat.WriteTime(output, time);
        Assert.That(
            Encoding.UTF8.GetString(output.Written),
            Is.EqualTo(time.ToString($"'\"'yyyy-MM-dd'T'HH:mm:ss{fraction}'+00:00\"'", CultureInfo.InvariantCulture)));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(FullRun.IsOn ? 1000 : 250));
}

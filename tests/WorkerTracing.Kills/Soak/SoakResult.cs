using System.Globalization;

namespace WorkerTracing.Kills;

/// <summary>What a soak has shown.</summary>
/// <param name="Duration">How long jobs ran.</param>
/// <param name="Verdict">What arrived.</param>
/// <param name="Kills">How many workers were killed.</param>
/// <param name="Stops">How many workers were stopped.</param>
/// <param name="Outages">How often the backend was down.</param>
/// <param name="MostBytes">The most that was on disk at one moment.</param>
/// <param name="Segments">How many segments were written, each use of a file counted.</param>
/// <param name="MaxBytes">The bound of the recorder.</param>
/// <param name="FilesLeft">The files and directories that are left when everything is delivered.</param>
internal sealed record SoakResult(
    TimeSpan Duration,
    Verdict Verdict,
    int Kills,
    int Stops,
    int Outages,
    long MostBytes,
    int Segments,
    long MaxBytes,
    int FilesLeft)
{
    /// <summary>Gets whether the sum fits to the span, and the disk was within its bound.</summary>
    public bool IsExact => Verdict.IsExact && MostBytes <= MaxBytes && FilesLeft == 0;

    public void Write(TextWriter output)
    {
        output.WriteLine(
            "| duration | killed | stopped | outages | segments | spans ended | missing | orphans | running jobs reported | invented | twice "
            + "| most on disk, of MaxBytes | files left |");
        output.WriteLine("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {Duration.TotalSeconds:0} s | {Kills} | {Stops} | {Outages} | {Segments} | {Verdict.Ended:N0} | {Verdict.Missing.Length:N0} "
            + $"| {Verdict.Orphans.Length:N0} | {Verdict.Running.Length - Verdict.Unreported.Length} of {Verdict.Running.Length} "
            + $"| {Verdict.Invented.Length:N0} | {Verdict.Twice:N0} | {MostBytes / 1e6:0.0} of {MaxBytes / 1e6:0.0} MB | {FilesLeft} |"));
    }
}

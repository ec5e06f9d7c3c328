namespace WorkerTracing.Kills;

/// <summary>What a run of kills has shown.</summary>
/// <param name="Scenario">The scenario.</param>
/// <param name="Verdict">What arrived.</param>
/// <param name="MostBytes">The most that the way of export had on disk after a kill.</param>
/// <param name="FilesLeft">Its files and directories that are left at the end.</param>
internal sealed record KillResult(Scenario Scenario, Verdict Verdict, long MostBytes, int FilesLeft)
{
    /// <summary>Gets whether nothing is missing, nothing is wrong, and no file is left.</summary>
    public bool IsExact => Verdict.IsExact && FilesLeft == 0;
}

namespace AllInOne;

/// <summary>An export, and how far it has come.</summary>
internal sealed record Export(
    Guid Id,
    string Customer,
    DateOnly From,
    DateOnly To,
    ExportState State,
    int Orders = 0,
    string? File = null,
    string? Sha256 = null)
{
    public bool IsOpen => State is ExportState.Accepted or ExportState.Collected;
}

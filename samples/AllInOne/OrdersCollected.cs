namespace AllInOne;

/// <summary>The message: the orders of an export have been chosen.</summary>
internal sealed record OrdersCollected(Guid ExportId);

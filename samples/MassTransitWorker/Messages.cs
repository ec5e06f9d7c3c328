namespace MassTransitWorker;

public sealed record OrderPlaced(Guid OrderId, string Article, int Quantity);

public sealed record ReserveStock(Guid OrderId, string Article, int Quantity);

public sealed record StockReserved(Guid OrderId, decimal UnitPrice);

public sealed record OrderConfirmed(Guid OrderId, string Article, int Quantity, decimal UnitPrice);

public sealed record InvoiceWritten(Guid OrderId, string Path);

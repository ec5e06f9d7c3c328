namespace WorkerTracing.MassTransit.Tests;

public sealed record OrderPlaced(string Order);

public sealed record ReserveStock(string Order);

public sealed record StockReserved(string Order);

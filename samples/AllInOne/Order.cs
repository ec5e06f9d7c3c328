namespace AllInOne;

/// <summary>One line of an export.</summary>
internal sealed record Order(long Id, string Day, string Article, decimal Price);

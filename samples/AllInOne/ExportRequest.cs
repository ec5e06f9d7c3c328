namespace AllInOne;

/// <summary>The body of POST /exports: whose orders, and of which days, the last one included.</summary>
internal sealed record ExportRequest(string? Customer, DateOnly? From, DateOnly? To)
{
    private const int MostDays = 366;

    /// <summary>What is wrong with it, by the name of the field. Empty where nothing is.</summary>
    public Dictionary<string, string[]> Validate()
    {
        var errors = new Dictionary<string, string[]>();
        if (Customer is not { Length: > 0 and <= 40 } || !Customer.All(char.IsAsciiLetterOrDigit))
            errors["customer"] = ["1 to 40 letters and digits"];
        if (From is null)
            errors["from"] = ["a day, such as 2026-01-31"];
        if (To is null)
            errors["to"] = ["a day, such as 2026-01-31"];
        else if (To < From)
            errors["to"] = ["not before 'from'"];
        else if (To.Value.DayNumber - From?.DayNumber >= MostDays)
            errors["to"] = [$"{MostDays} days in one export at the most"];
        return errors;
    }
}

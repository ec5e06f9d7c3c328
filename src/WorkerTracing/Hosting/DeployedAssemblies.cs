namespace WorkerTracing;

/// <summary>Answers whether an assembly is deployed with the application, loaded or not.</summary>
internal sealed class DeployedAssemblies(Func<string, bool> contains)
{
    /// <summary>Gets the assemblies that the runtime was started with. None in a single file and in native code.</summary>
    public static DeployedAssemblies OfTheProcess()
    {
        string[] files = (AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") as string)?.Split(Path.PathSeparator) ?? [];
        return new DeployedAssemblies(name => files.Any(file =>
            name.Equals(Path.GetFileNameWithoutExtension(file), StringComparison.OrdinalIgnoreCase)));
    }

    public bool Contains(string name) => contains(name);
}

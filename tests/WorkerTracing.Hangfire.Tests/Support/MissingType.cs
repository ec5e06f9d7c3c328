using System.Reflection;
using System.Reflection.Emit;
using Hangfire.Common;

namespace WorkerTracing.Hangfire.Tests;

/// <summary>A job whose type cannot be loaded by its name: its assembly is nowhere but in memory.</summary>
internal static class MissingType
{
    public static Job Job()
    {
        var assembly = AssemblyBuilder.DefineDynamicAssembly(new AssemblyName($"Missing{Guid.NewGuid():n}"), AssemblyBuilderAccess.Run);
        TypeBuilder type = assembly.DefineDynamicModule("Missing").DefineType("Missing.Report", TypeAttributes.Public);
        MethodBuilder method = type.DefineMethod("Run", MethodAttributes.Public | MethodAttributes.Static);
        method.GetILGenerator().Emit(OpCodes.Ret);
        Type created = type.CreateType();
        return new Job(created, created.GetMethod("Run"));
    }
}

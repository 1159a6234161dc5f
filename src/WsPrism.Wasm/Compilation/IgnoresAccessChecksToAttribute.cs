namespace System.Runtime.CompilerServices;

/// <summary>The runtime knows it by its name: an assembly that bears it may use what is internal in the named one. Compiled modules use this one's.</summary>
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
internal sealed class IgnoresAccessChecksToAttribute(string assemblyName) : Attribute
{
    public string AssemblyName { get; } = assemblyName;
}

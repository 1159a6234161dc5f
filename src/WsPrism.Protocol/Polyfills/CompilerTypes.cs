#if NETSTANDARD2_1
// What the compiler wants of newer frameworks, for .NET Standard.
namespace System.Runtime.CompilerServices;

internal static class IsExternalInit;
#endif

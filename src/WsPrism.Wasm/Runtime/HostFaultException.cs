using System.Runtime.ExceptionServices;

namespace WsPrism.Wasm.Runtime;

/// <summary>Carries an exception of the host's code through compiled code.</summary>
internal sealed class HostFaultException(ExceptionDispatchInfo inner) : Exception
{
    public ExceptionDispatchInfo Inner { get; } = inner;
}

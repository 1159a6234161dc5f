namespace WsPrism.Gateway.Hosting;

/// <summary>A listener could not be opened; the message names the key, the address and the cause.</summary>
internal sealed class ListenException(string key, string address, Exception cause)
    : Exception($"{key}: cannot listen at {address}: {cause.GetBaseException().Message}", cause);

namespace WsPrism.Gateway.Hosting;

/// <summary>A certificate is of no use; the message names the key, the file and the cause.</summary>
internal sealed class CertificateException(string key, string problem, Exception? cause = null)
    : Exception($"{key}: {problem}", cause);

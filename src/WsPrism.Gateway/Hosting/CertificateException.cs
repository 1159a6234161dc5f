namespace WsPrism.Gateway.Hosting;

/// <summary>The certificate of <c>gateway.tls</c> is of no use; the message names the file and the cause.</summary>
internal sealed class CertificateException(string file, string problem, Exception? cause = null)
    : Exception($"gateway.tls: cannot use {file}: {problem}", cause);

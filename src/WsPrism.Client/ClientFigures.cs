namespace WsPrism.Client;

/// <summary>What a client has counted since it was made.</summary>
/// <param name="Messages">Envelopes other than <c>sys</c>.</param>
/// <param name="Malformed">What came and was no message of the protocol, ignored.</param>
/// <param name="UnknownIds">Answers to no request: it had timed out, was cancelled, or never was.</param>
/// <param name="Sessions">Sessions begun.</param>
/// <param name="Resumes">Connections that went on with their session.</param>
/// <param name="PendingRequests">Requests that wait for their answer now.</param>
public readonly record struct ClientFigures(long Messages, long Malformed, long UnknownIds, long Sessions, long Resumes, int PendingRequests);

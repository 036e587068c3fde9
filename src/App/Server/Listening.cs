using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace Spool.App.Server;

/// <summary>Where the server listens, and by which names it may be called.</summary>
/// <param name="Token">That of the owner.</param>
/// <param name="Certificate">With its key; null: not encrypted, so on loopback only.</param>
/// <param name="Names">Host names besides those of loopback.</param>
public sealed record Listening(IPEndPoint Address, string Token, X509Certificate2? Certificate, IReadOnlyList<string> Names);

using System.Net;
using Ait.Protocol.Http;

namespace Ait.Cli.Asking;

/// <summary>A coordinator answered a request with a problem.</summary>
internal sealed class CoordinatorRefusedException : Exception
{
    internal CoordinatorRefusedException(string path, HttpStatusCode status, Problem? problem)
        : base(Sentence(path, status, problem))
    {
        Status = status;
        Problem = problem;
    }

    internal HttpStatusCode Status { get; }

    internal Problem? Problem { get; }

    internal string Code => Problem?.Code ?? "";

    private static string Sentence(string path, HttpStatusCode status, Problem? problem)
    {
        if (problem is null)
        {
            return $"the coordinator answered {path} with {(int)status} {status}.";
        }

        string details = problem.Expected is null ? "" : $" Expected {problem.Expected}, found {problem.Found}.";
        return $"the coordinator refuses {path}: {problem.Code}: {problem.Title}{details} {problem.Remedy}".TrimEnd();
    }
}

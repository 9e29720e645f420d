using System.Text;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Findings;
using TraceeMesh.Contracts.Lookups;

namespace TraceeMesh.Signatures.BuiltIn.Execution;

/// <summary>A container runs an image that the operator did not allow.</summary>
public sealed class ImageNotAllowed : Signature
{
    // What holds for every image that has no entry of its own; without it, all of them are allowed.
    private const string Everything = "*";

    private static readonly string[] Events = ["container_create", "existing_container", "container_enriched"];

    private static readonly TextArgument[] Images = Argument("container_image");
    private static readonly TextArgument[] Digests = Argument("container_image_digest");
    private static readonly TextArgument[] Containers = Argument("container_id");

    private IDataSource _allowed = null!;
    private ISignatureState _state = null!;

    /// <inheritdoc/>
    public override SignatureMetadata Metadata { get; } = new("TM-104", "image_not_allowed")
    {
        Name = "Container of an image that is not allowed",
        Description = "A container was made of an image that the operator's list does not allow.",
        Severity = Severity.Medium,
        Category = "execution",
        Technique = "Deploy Container",
        ExternalId = "T1610",
        StixId = "attack-pattern--56e0d8b8-3e25-49dd-9050-3aa252f5aa92",
        Misses = "Containers whose runtime does not tell their image. An image under the name of one that is allowed: name it by its digest.",
        FalsePositives = "None while the list says nothing of *; then every image that is not in it.",
        Trigger = "write false under * to traceemesh/allowed_images, and start a container",
    };

    /// <inheritdoc/>
    public override IReadOnlyList<EventSelector> SelectedEvents { get; } = [.. Events.Select(name => new EventSelector(EventSelector.Tracee, name))];

    /// <inheritdoc/>
    public override void Init(ISignatureContext context)
    {
        _allowed = RequiredSource.Find(context, "traceemesh", "allowed_images");
        _state = context.State;
    }

    /// <inheritdoc/>
    public override async ValueTask OnEvent(Event e, CancellationToken cancellation)
    {
        var image = Read(e, Images);
        if (image.Length > 0 && !await IsAllowed(e, image, cancellation) && IsFirst(e, image))
        {
            Report(e, ("image", image), ("container_id", Read(e, Containers)));
        }
    }

    private static TextArgument[] Argument(string name) => [.. Events.Select(e => new TextArgument(e, name))];

    // Of the three only one is of the event's kind; the others read as empty.
    private static string Read(Event e, TextArgument[] arguments)
    {
        foreach (var argument in arguments)
        {
            if (!argument[e].IsEmpty)
            {
                return argument[e].ToString();
            }
        }

        return "";
    }

    // Without tag and digest: what follows the last colon behind the last slash, or an at.
    private static string RepositoryOf(string image)
    {
        var at = image.IndexOf('@', StringComparison.Ordinal);
        var name = at < 0 ? image : image[..at];
        var tag = name.LastIndexOf(':');
        return tag > name.LastIndexOf('/') ? name[..tag] : name;
    }

    private async ValueTask<bool> IsAllowed(Event e, string image, CancellationToken cancellation)
    {
        LookupKey[] keys = [Read(e, Digests), image, RepositoryOf(image), Everything];
        foreach (var answer in await _allowed.GetAll(e, keys, cancellation))
        {
            if (answer.Found)
            {
                return answer.GetBool("allowed");
            }
        }

        return true;
    }

    private bool IsFirst(Event e, string image) => _state.Increment(e, $"{Hash.Of(Encoding.UTF8.GetBytes(image), Hash.Of(Encoding.UTF8.GetBytes(Read(e, Containers)))):x}", StateLimits.TimeToLive) == 1;
}

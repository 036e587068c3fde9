namespace Spool.Interchange.Export;

/// <summary>The kept pictures as they are, a folder for each stream; of films the kept frames as JPEG.</summary>
public sealed class FolderExporter : Exporter
{
    public override string Name => "folder";
    public override string Summary => "the pictures alone, a folder for each stream";
    public override bool HasPictures => true;

    public override async Task WriteAsync(ExportJob job, CancellationToken cancel)
    {
        foreach (var stream in job.Streams)
            await new Pictures(job, stream).PlaceAsync(_ => true, name => $"{stream.Name}/{name}", (_, _) => { }, cancel);
    }
}

"""`python -m kmsmock`: a narrated tour, from a cluster's first HSM to its last."""

from kmsmock.tour.story import main

if __name__ == "__main__":
    main()
